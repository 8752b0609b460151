package io.millrace.log.crash;

import io.millrace.sim.PowerLoss;
import io.millrace.sim.SimDisk;

/**
 * How a life ends.
 *
 * <p>Thread: any.
 */
enum CrashKind {
    /** kill -9: the page cache goes on. */
    PROCESS {
        @Override
        void happenTo(SimDisk disk) {
            disk.afterProcessCrash();
        }
    },
    /** Everything un-synced is gone. */
    POWER_DROPS_UNSYNCED {
        @Override
        void happenTo(SimDisk disk) {
            disk.afterPowerLoss(PowerLoss.DROPS_UNSYNCED);
        }
    },
    /** Un-synced bytes and names are kept, dropped or torn as drawn. */
    POWER_SEEDED {
        @Override
        void happenTo(SimDisk disk) {
            disk.afterPowerLoss(PowerLoss.SEEDED);
        }
    };

    abstract void happenTo(SimDisk disk);

    boolean losesPower() {
        return this != PROCESS;
    }
}
