/** The rules of one replica. Provisional: the replica machine's author replaces this package and adapts verticles.shard.Replica to it. */
package io.millrace.log.replica;
