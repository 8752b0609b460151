"""Writes or reads the records of RealClientsTest with confluent-kafka: client.py write|read BOOTSTRAP PREFIX PARTITION."""
import sys
import confluent_kafka as ck

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]


def write(bootstrap, prefix, partition):
    for codec in CODECS:
        failed = []
        producer = ck.Producer(
            {
                "bootstrap.servers": bootstrap,
                "compression.type": codec,
                "enable.idempotence": True,
                "message.max.bytes": 1048588,
            }
        )

        def done(error, message):
            if error:
                failed.append(error)

        topic = prefix + codec
        for value, key, headers in [
            ("v0-python-é", "k0-python", [("h1", b"x")]),
            ("no key", None, None),
            (None, "tomb", None),
            ("", "", None),
            ("M" * 1000000, "big", [("a", b"1"), ("b", b"")]),
        ]:
            producer.produce(topic, value, key, partition, done, headers=headers)
        if producer.flush(20) or failed:
            sys.exit("not delivered to %s: %s" % (topic, failed))


def sized(data):
    if data is None:
        return "-1[]"
    text = data.decode()
    return "%d[%s]" % (len(data), text if len(text) < 100 else text[0] + "*" + str(len(text)))


def read(bootstrap, prefix, partitions):
    consumer = ck.Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "assigned-only",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "check.crcs": True,
        }
    )
    assigned = [ck.TopicPartition(prefix + codec, p, 0) for codec in CODECS for p in range(partitions)]
    consumer.assign(assigned)
    left = len(assigned)
    while left:
        message = consumer.poll(20)
        if message is None:
            sys.exit("nothing came for 20 s, %d partitions unread" % left)
        if message.error():
            if message.error().code() != ck.KafkaError._PARTITION_EOF:
                sys.exit(str(message.error()))
            left -= 1
            continue
        headers = ",".join("%s=%s" % (k, v.decode()) for k, v in message.headers() or [])
        print(
            message.topic()[len(prefix):], message.partition(), message.offset(),
            sized(message.key()), sized(message.value()), headers,
        )
    consumer.close()


if sys.argv[1] == "write":
    write(sys.argv[2], sys.argv[3], int(sys.argv[4]))
else:
    read(sys.argv[2], sys.argv[3], int(sys.argv[4]))
