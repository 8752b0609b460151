package io.millrace.membership.controller;

import java.util.List;

/**
 * Both ways to alter configs: either is answered resource by resource.
 *
 * <p>Thread: any.
 */
public sealed interface AlterConfigs extends ControllerCommand<AlterConfigsOutcome>
        permits IncrementalAlterConfigs, LegacyAlterConfigs {
    List<? extends Target> resources();

    /** Whether the answer alone is wanted, and nothing is to change. */
    boolean validateOnly();

    /** Type and name of a resource as on the wire: what is no resource is refused in its own result. */
    interface Target {
        byte type();

        String name();
    }
}
