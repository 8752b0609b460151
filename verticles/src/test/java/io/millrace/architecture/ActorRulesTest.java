package io.millrace.architecture;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Nothing blocks a loop, and what decides reaches for nothing. */
@AnalyzeClasses(packages = "io.millrace", importOptions = ProductClasses.class)
class ActorRulesTest {
    private static final String[] ACTORS = {
        "io.millrace.verticles.listener..",
        "io.millrace.verticles.handler..",
        "io.millrace.verticles.shard..",
        "io.millrace.verticles.controller..",
        "io.millrace.verticles.http..",
        "io.millrace.verticles.cluster..",
        "io.millrace.verticles.node.."
    };
    private static final String[] MACHINES = {
        "io.millrace.log.replica..",
        "io.millrace.log.producer..",
        "io.millrace.membership.image..",
        "io.millrace.membership.controller..",
        "io.millrace.membership.placement..",
        "io.millrace.verticles.group.."
    };

    @ArchTest
    static final ArchRule actorsDoNotWait = noClasses()
            .that()
            .resideInAnyPackage(ACTORS)
            .should()
            .callMethodWhere(call("java.util.concurrent.CompletableFuture", "get|join"))
            .orShould()
            .callMethodWhere(call("java.util.concurrent.Future", "get"))
            .orShould()
            .callMethodWhere(call("io.vertx.core.Future", "await|toCompletionStage\\(\\)\\.get"))
            .orShould()
            .callMethodWhere(call("java.util.concurrent.CountDownLatch", "await"))
            .orShould()
            .callMethodWhere(call("java.util.concurrent.Semaphore", "acquire"))
            .orShould()
            .callMethodWhere(call("java.lang.Thread", "sleep|join"))
            .orShould()
            .callMethodWhere(call("java.lang.Object", "wait"))
            .because(
                    "an actor runs on an event loop that it shares with everything else of this core. Mend: compose the future,"
                            + " or hang a waiter on what is awaited");

    @ArchTest
    static final ArchRule actorsTouchNoFiles = noClasses()
            .that()
            .resideInAnyPackage(ACTORS)
            .and()
            .haveSimpleNameNotEndingWith("File")
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.nio\\.file\\.Files|java\\.io\\.(File|FileInputStream|FileOutputStream|RandomAccessFile)")
            .because(
                    "a disk may take seconds. Mend: ask the log directory's writer or I/O pool and take the answer back on the"
                            + " loop; a class that stands for one small file is called …File and called from a worker");

    @ArchTest
    static final ArchRule machinesReachForNothing = noClasses()
            .that()
            .resideInAnyPackage(MACHINES)
            .or()
            .haveSimpleNameEndingWith("Machine")
            .should()
            .callMethodWhere(call("java.lang.System", "currentTimeMillis|nanoTime|getenv|getProperty"))
            .orShould()
            .callMethodWhere(call("java.time.(Instant|Clock)", "now|systemUTC|systemDefaultZone"))
            .orShould()
            .callMethodWhere(call("java.util.UUID", "randomUUID"))
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.util\\.Random|java\\.util\\.concurrent\\.ThreadLocalRandom|java\\.security\\.SecureRandom"
                            + "|java\\.lang\\.Thread|java\\.util\\.concurrent\\..*Executor.*|java\\.util\\.Timer"
                            + "|java\\.nio\\.file\\.Files|java\\.nio\\.channels\\..*|java\\.net\\.Socket.*")
            .because(
                    "a machine is replayed in a simulation and must do the same twice. Mend: take time, randomness and answers of"
                            + " others as parameters, and hand out an effect for what must be done");

    private static DescribedPredicate<JavaMethodCall> call(String owner, String methods) {
        DescribedPredicate<JavaClass> ofOwner = DescribedPredicate.describe(
                owner, javaClass -> javaClass.getName().matches(owner));
        return DescribedPredicate.describe(
                owner + "." + methods,
                javaCall -> target(owner(ofOwner)).test(javaCall)
                        && target(nameMatching(methods)).test(javaCall));
    }
}
