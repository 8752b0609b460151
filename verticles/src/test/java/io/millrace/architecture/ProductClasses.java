package io.millrace.architecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;

/** What ships: neither this module's tests nor the fixtures that another module's test jar brings. Thread: any. */
public final class ProductClasses implements ImportOption {
    private static final ImportOption OWN = new DoNotIncludeTests();

    @Override
    public boolean includes(Location location) {
        return OWN.includes(location) && !location.contains("-tests.jar");
    }
}
