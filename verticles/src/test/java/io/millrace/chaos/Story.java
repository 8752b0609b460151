package io.millrace.chaos;

/**
 * One fault and its healing, told under load.
 *
 * <p>Thread: immutable.
 *
 * @param name as the summary shows it
 * @param inShortForm whether CI tells it too
 * @param needsCuts whether links must be cut for it
 * @param onSmallDisk whether it needs data folders that can be filled up
 * @param goalMs how long the partitions that the fault touched should at most go without an acknowledgement; 0: no goal
 */
record Story(String name, boolean inShortForm, boolean needsCuts, boolean onSmallDisk, long goalMs, Telling telling) {

    /** What is done; returns when everything is mended again. */
    interface Telling {
        void tell(Scene scene) throws Exception;
    }

    static Story kill(String name, boolean inShortForm, Telling telling) {
        return new Story(name, inShortForm, false, false, 1_000, telling);
    }

    static Story of(String name, boolean inShortForm, Telling telling) {
        return new Story(name, inShortForm, false, false, 0, telling);
    }

    static Story cut(String name, boolean inShortForm, Telling telling) {
        return new Story(name, inShortForm, true, false, 0, telling);
    }
}
