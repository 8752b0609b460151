/** Replication between brokers of one process, over a real bus and real files, with stock clients. */
package io.millrace.verticles.replication;
