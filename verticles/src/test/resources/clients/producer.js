// Writes the records of RealClientsTest with kafkajs: producer.js BOOTSTRAP PREFIX PARTITION.
const { Kafka, CompressionTypes, logLevel } = require('kafkajs')

const [bootstrap, prefix, partition] = process.argv.slice(2)
const kafka = new Kafka({ clientId: 'kafkajs', brokers: [bootstrap], logLevel: logLevel.ERROR })

async function main() {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (const [codec, compression] of [['none', CompressionTypes.None], ['gzip', CompressionTypes.GZIP]]) {
    const messages = [
      { key: 'k0-kafkajs', value: 'v0-kafkajs-é', headers: { h1: 'x' } },
      { key: null, value: 'no key' },
      { key: 'tomb', value: null },
      { key: '', value: '' },
    ].map((message) => ({ ...message, partition: Number(partition) }))
    await producer.send({ topic: prefix + codec, compression, messages })
    const big = { key: 'big', value: 'M'.repeat(1000000), headers: { a: '1', b: '' }, partition: Number(partition) }
    await producer.send({ topic: prefix + codec, compression, messages: [big] })
  }
  await producer.disconnect()
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
