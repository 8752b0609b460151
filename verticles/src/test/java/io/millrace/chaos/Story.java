package io.millrace.chaos;

/**
 * One fault and its healing, told under load.
 *
 * @param name as the summary shows it
 * @param inShortForm whether CI tells it too
 * @param needsCuts whether links must be cut for it
 * @param goalMs how long the partitions that the fault touched should at most go without an acknowledgement; 0: no goal
 *
 * <p>Thread: immutable.
 */
record Story(
        String name, boolean inShortForm, boolean needsCuts, Place place, Cast cast, long goalMs, Telling telling) {

    /** What is done; returns when everything is mended again. */
    interface Telling {
        void tell(Scene scene) throws Exception;
    }

    static Story kill(String name, boolean inShortForm, Telling telling) {
        return new Story(name, inShortForm, false, Place.USUAL, Cast.STOCK, 1_000, telling);
    }

    static Story of(String name, boolean inShortForm, Telling telling) {
        return new Story(name, inShortForm, false, Place.USUAL, Cast.STOCK, 0, telling);
    }

    static Story cut(String name, boolean inShortForm, Telling telling) {
        return new Story(name, inShortForm, true, Place.USUAL, Cast.STOCK, 0, telling);
    }

    Story inLongFormOnly() {
        return new Story(name, false, needsCuts, place, cast, goalMs, telling);
    }

    /** The same story with other clients. */
    Story with(Cast other) {
        return new Story(name + ": " + other.label(), inShortForm, needsCuts, place, other, goalMs, telling);
    }

    /** The same story on another cluster. */
    Story on(Place other, String label) {
        return new Story(name + label, inShortForm, needsCuts, other, cast, goalMs, telling);
    }
}
