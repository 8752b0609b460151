"""One member of MixedGroupTest with confluent-kafka: group.py BOOTSTRAP GROUP TOPIC. Prints "got PARTITION OFFSET VALUE"."""
import sys
import confluent_kafka as ck

consumer = ck.Consumer(
    {
        "bootstrap.servers": sys.argv[1],
        "group.id": sys.argv[2],
        "partition.assignment.strategy": "roundrobin",
        "session.timeout.ms": 3000,
        "heartbeat.interval.ms": 300,
        "auto.commit.interval.ms": 200,
        "auto.offset.reset": "earliest",
    }
)
consumer.subscribe([sys.argv[3]])
while True:
    message = consumer.poll(0.2)
    if message is None:
        continue
    if message.error():
        print("error", message.error(), flush=True)
        continue
    print("got", message.partition(), message.offset(), message.value().decode(), flush=True)
