package io.millrace.log.replica;
/** temp */
public final class ReplicaMachine {
    private boolean leader; private int epoch=-1; private long hw; private final boolean group;
    public ReplicaMachine(int brokerId, boolean group){this.group=group;}
    public boolean isLeader(){return leader;}
    public int leaderEpoch(){return epoch;}
    public long highWatermark(){return hw;}
    public boolean admitsAcksAll(){return true;}
    public void localProgress(long w,long s,ReplicaEffects e){ long n=group?s:w; if(n>hw){hw=n;e.highWatermarkAdvanced(n);} }
    public void goOffline(ReplicaEffects e){leader=false;}
    public void becomeLeader(int epoch){this.epoch=epoch;leader=true;}
}
