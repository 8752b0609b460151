// One member of MixedGroupTest with kafkajs: group.js BOOTSTRAP GROUP TOPIC. Prints "got PARTITION OFFSET VALUE" per record.
const { Kafka, PartitionAssigners, logLevel } = require('kafkajs')

const [bootstrap, groupId, topic] = process.argv.slice(2)
const kafka = new Kafka({ clientId: 'kafkajs', brokers: [bootstrap], logLevel: logLevel.ERROR })

// The same as Java's and librdkafka's assignor of that name; kafkajs only calls it otherwise.
const roundrobin = (given) => {
  const own = PartitionAssigners.roundRobin(given)
  return { ...own, name: 'roundrobin', protocol: (s) => ({ ...own.protocol(s), name: 'roundrobin' }) }
}

async function main() {
  const consumer = kafka.consumer({
    groupId,
    partitionAssigners: [roundrobin],
    sessionTimeout: 3000,
    heartbeatInterval: 300,
    rebalanceTimeout: 6000,
    maxWaitTimeInMs: 100,
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    autoCommitInterval: 200,
    eachMessage: async ({ partition, message }) => {
      console.log(`got ${partition} ${message.offset} ${message.value}`)
    },
  })
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
