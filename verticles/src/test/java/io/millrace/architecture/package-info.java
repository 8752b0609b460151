/** The house rules as tests; each failure says how to mend it. Open {@link io.millrace.architecture.ModuleEdgesTest} first. */
package io.millrace.architecture;
