package io.millrace.bench.bus;

/**
 * One way to pull frames out of another process.
 *
 * <p>Thread: started and run by the child's main thread.
 */
interface FrameLink {
    /** How many pulls are under way at once: two are enough to keep a loopback busy, four hide a scheduling gap. */
    int WINDOW = 4;

    /** Serves frames of the size; returns the port to pull from. */
    int serve(int frameBytes) throws Exception;

    void connect(int port, int frameBytes) throws Exception;

    /** Pulls so many frames and returns when the last one is there. */
    void pull(int frames) throws Exception;
}
