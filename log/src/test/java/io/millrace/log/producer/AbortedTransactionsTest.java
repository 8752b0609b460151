package io.millrace.log.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.batch.Hex;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.message.AbortedTxn;
import org.apache.kafka.storage.internals.log.TransactionIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Looking up aborted transactions, and their file.
 *
 * <p>Thread: one.
 */
class AbortedTransactionsTest {
    @TempDir
    Path directory;

    @Test
    void lookupsFindWhatKafkasIndexFinds() throws Exception {
        Random random = new Random(11);
        for (int round = 0; round < 50; round++) {
            AbortedTransactions ours = new AbortedTransactions();
            List<AbortedTransaction> open = new ArrayList<>();
            File file = directory.resolve(round + ".txnindex").toFile();
            try (TransactionIndex kafkas = new TransactionIndex(0, file)) {
                for (long offset = 0; offset < 200; offset++) {
                    if (random.nextInt(4) == 0) {
                        open.add(new AbortedTransaction(open.size(), offset, -1, -1));
                    } else if (random.nextInt(4) == 0 && !open.isEmpty()) {
                        AbortedTransaction ended = open.remove(random.nextInt(open.size()));
                        long stable = open.isEmpty() ? offset + 1 : open.get(0).firstOffset();
                        ours.add(new AbortedTransaction(ended.producerId(), ended.firstOffset(), offset, stable));
                        kafkas.append(new AbortedTxn()
                                .setProducerId(ended.producerId())
                                .setFirstOffset(ended.firstOffset())
                                .setLastOffset(offset)
                                .setLastStableOffset(stable));
                    }
                }
                for (int look = 0; look < 50; look++) {
                    long from = random.nextInt(200);
                    long to = from + random.nextInt(50);

                    assertThat(ours.in(from, to).stream().map(AbortedTransaction::firstOffset))
                            .as("[%d, %d)", from, to)
                            .containsExactlyElementsOf(
                                    kafkas.collectAbortedTxns(from, to).abortedTransactions().stream()
                                            .map(txn -> txn.firstOffset())
                                            .sorted()
                                            .toList());
                }
            }
        }
    }

    @Test
    void theBytesOfAnEntryAreGolden() {
        AbortedTransactions all = of(new AbortedTransaction(258, 10, 20, 15));

        assertThat(Hex.of(all.encode()))
                .isEqualTo(
                        "0001" // version
                                + "0000000000000102" // producer id
                                + "000000000000000a" // first offset
                                + "0000000000000014" // marker's offset
                                + "000000000000000f" // last stable offset
                                + "4c245bc1"); // crc
    }

    @Test
    void aTornOrDamagedEndIsLeftUnread() {
        AbortedTransactions all = of(
                new AbortedTransaction(1, 10, 20, 15),
                new AbortedTransaction(2, 15, 30, 31),
                new AbortedTransaction(1, 40, 50, 51));
        ByteBuffer bytes = all.encode();

        for (int size = 0; size < bytes.limit(); size++) {
            ByteBuffer torn = bytes.duplicate().limit(size);
            assertThat(AbortedTransactions.decode(torn).size()).isEqualTo(size / AbortedTransactions.ENTRY_BYTES);
            assertThat(torn.position()).isEqualTo(size - size % AbortedTransactions.ENTRY_BYTES);
        }
        for (int at = AbortedTransactions.ENTRY_BYTES; at < 2 * AbortedTransactions.ENTRY_BYTES; at++) {
            ByteBuffer damaged = all.encode();
            damaged.put(at, (byte) (damaged.get(at) ^ 1));
            assertThat(AbortedTransactions.decode(damaged).size()).isEqualTo(1);
        }
        assertThat(AbortedTransactions.decode(bytes).in(0, 100))
                .isEqualTo(all.in(0, 100))
                .hasSize(3);
    }

    @Test
    void bothEndsCanBeCutOff() {
        AbortedTransactions all = of(
                new AbortedTransaction(1, 10, 20, 15),
                new AbortedTransaction(2, 15, 30, 31),
                new AbortedTransaction(1, 40, 50, 51));

        all.truncateTo(50);
        assertThat(all.size()).isEqualTo(2);
        all.dropBelow(21);
        assertThat(all.in(0, 100)).extracting(AbortedTransaction::firstOffset).containsExactly(15L);
        all.add(new AbortedTransaction(3, 60, 70, 71));
        assertThat(all.size()).isEqualTo(2);
        assertThatThrownBy(() -> all.add(new AbortedTransaction(3, 60, 70, 71)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static AbortedTransactions of(AbortedTransaction... entries) {
        AbortedTransactions all = new AbortedTransactions();
        for (AbortedTransaction entry : entries) {
            all.add(entry);
        }
        return all;
    }
}
