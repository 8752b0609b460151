package io.millrace.log.crash;

import io.millrace.sim.LogCorrupter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

/**
 * What can happen to a file while nobody looks.
 *
 * <p>Thread: any.
 */
enum Damage {
    FLIP_A_BIT {
        @Override
        void to(Path file, LogCorrupter corrupter, Random random) throws IOException {
            if (corrupter.size(file) > 0) {
                corrupter.flipBit(file, random.nextInt((int) corrupter.size(file)), random.nextInt(8));
            }
        }
    },
    CUT_THE_END {
        @Override
        void to(Path file, LogCorrupter corrupter, Random random) throws IOException {
            corrupter.cutLastBytes(file, 1 + random.nextInt(40));
        }
    },
    CUT_ANYWHERE {
        @Override
        void to(Path file, LogCorrupter corrupter, Random random) throws IOException {
            corrupter.truncateTo(file, random.nextInt((int) corrupter.size(file) + 1));
        }
    },
    EMPTY {
        @Override
        void to(Path file, LogCorrupter corrupter, Random random) throws IOException {
            corrupter.truncateTo(file, 0);
        }
    },
    DELETE {
        @Override
        void to(Path file, LogCorrupter corrupter, Random random) throws IOException {
            corrupter.delete(file);
        }
    },
    ZERO_A_BLOCK {
        @Override
        void to(Path file, LogCorrupter corrupter, Random random) throws IOException {
            int size = (int) corrupter.size(file);
            corrupter.zeroBlock(file, size == 0 ? 0 : random.nextInt(size), 512);
        }
    },
    APPEND_GARBAGE {
        @Override
        void to(Path file, LogCorrupter corrupter, Random random) throws IOException {
            byte[] garbage = new byte[1 + random.nextInt(300)];
            random.nextBytes(garbage);
            corrupter.append(file, garbage);
        }
    };

    abstract void to(Path file, LogCorrupter corrupter, Random random) throws IOException;
}
