package io.millrace.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Which module may use which, and which library belongs where. The Maven graph forbids most of it already; here stands what it
 * cannot see, and how to mend a breach.
 */
@AnalyzeClasses(packages = "io.millrace", importOptions = ProductClasses.class)
class ModuleEdgesTest {

    @ArchTest
    static final ArchRule protocolSeesNobody = classes()
            .that()
            .resideInAPackage("io.millrace.protocol..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.millrace.protocol..",
                    "java..",
                    "io.netty.buffer..",
                    "io.netty.util..",
                    "org.apache.kafka.common..",
                    "org.slf4j..")
            .because("protocol turns bytes into requests and back and decides nothing. Mend: move what decides into"
                    + " verticles.handler, or hand the value in as a parameter");

    /** {@code MessageCodec.encodeAnyResponse}, which only tests call, is the one exception. */
    @ArchTest
    static final ArchRule messagesAreLoadedWithTheirFirstRequest = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.millrace.protocol.MessageCodec")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("org.apache.kafka.common.protocol.ApiKeys")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("org.apache.kafka.common.message.ApiMessageType")
            .because(
                    "each of the two loads the classes of every API, five hundred, on the way to the first open port. Mend:"
                            + " use io.millrace.protocol.Api");

    @ArchTest
    static final ArchRule errorsAreOurOwn = noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("org.apache.kafka.common.protocol.Errors")
            .because("it links 138 lambdas, one for each exception, when the first answer is written. Mend: use"
                    + " io.millrace.protocol.Errors");

    @ArchTest
    static final ArchRule logSeesNobody = classes()
            .that()
            .resideInAPackage("io.millrace.log..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.millrace.log..", "java..", "org.slf4j..", "net.jpountz..", "com.github.luben..", "org.xerial..")
            .because(
                    "the log must be usable by anybody, in a simulation too. Mend: take a Payload, an Owner or a Disk instead"
                            + " of the library's type");

    @ArchTest
    static final ArchRule membershipSeesOnlyTheLog = noClasses()
            .that()
            .resideInAPackage("io.millrace.membership..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.millrace.protocol..",
                    "io.millrace.verticles..",
                    "io.vertx..",
                    "io.netty..",
                    "org.apache.kafka..")
            .because(
                    "what the cluster decides must not depend on who carries it. Mend: declare a small port in membership and"
                            + " implement it in verticles; ids cross as int, long and java.util.UUID");

    @ArchTest
    static final ArchRule hazelcastLivesInOnePackage = noClasses()
            .that()
            .resideOutsideOfPackage("io.millrace.membership.hazelcast..")
            .and()
            .haveNameNotMatching("io\\.millrace\\.verticles\\.cluster\\.HazelcastAttach.*")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.hazelcast..")
            .because("nothing durable or authoritative may come to live in Hazelcast unnoticed. Mend: ask"
                    + " membership.hazelcast.HazelcastMember for what you need");

    @ArchTest
    static final ArchRule vertxLivesInVerticles = noClasses()
            .that()
            .resideOutsideOfPackages("io.millrace.verticles..", "io.millrace.client..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vertx..")
            .because(
                    "machines run without actors. Mend: let the machine hand out an effect, and perform it in a verticle");

    @ArchTest
    static final ArchRule clientSeesTheBatchFormatOnly = classes()
            .that()
            .resideInAPackage("io.millrace.client..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.millrace.client..",
                    "io.millrace.log..",
                    "java..",
                    "io.vertx.core..",
                    // What Vert.x brings along.
                    "io.netty.buffer..",
                    "io.netty.channel..",
                    "io.netty.util..",
                    "org.slf4j..")
            .because(
                    "an application carries it: no broker, no Kafka client, no Hazelcast. Mend: write the few bytes by hand"
                            + " in client.message");

    @ArchTest
    static final ArchRule theBrokerKnowsNoClient = noClasses()
            .that()
            .resideOutsideOfPackage("io.millrace.client..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.millrace.client..")
            .because(
                    "the door serves whoever speaks its documented frames. Mend: keep what both need in the log module");

    @ArchTest
    static final ArchRule nobodyKnowsMain = noClasses()
            .that()
            .resideOutsideOfPackage("io.millrace.verticles.main..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.millrace.verticles.main..")
            .because(
                    "main knows everybody, so nobody may know main. Mend: declare the port where it is used; main implements it");

    @ArchTest
    static final ArchRule configOpensNothing = noClasses()
            .that()
            .resideInAPackage("io.millrace.verticles.config..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "io.netty..", "java.net..", "io.millrace.log..")
            .because(
                    "reading a config must be possible without starting anything. Mend: check it where it is opened, in main");

    @ArchTest
    static final ArchRule countersKnowNobody = noClasses()
            .that()
            .resideInAPackage("io.millrace.verticles.metrics..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.millrace.verticles.shard..",
                    "io.millrace.verticles.handler..",
                    "io.millrace.verticles.listener..",
                    "io.millrace.verticles.controller..")
            .because(
                    "everybody counts, so the counters may know nobody. Mend: put the number into NodeSnapshot or a Cell");

    @ArchTest
    static final ArchRule listenerKnowsNoHandlers = noClasses()
            .that()
            .resideInAPackage("io.millrace.verticles.listener..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.millrace.verticles.shard..", "io.millrace.verticles.controller..")
            .because("a connection frames, orders and bounds requests whatever they ask. Mend: do it in a handler");

    @ArchTest
    static final ArchRule groupsDecideAlone = classes()
            .that()
            .resideInAPackage("io.millrace.verticles.group..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.millrace.verticles.group..", "java..", "io.millrace.protocol", "org.apache.kafka.common..")
            .because(
                    "a group coordinator's rules are played through beside Kafka's own, without loops, logs or network. Mend:"
                            + " ask for it in GroupEffects, and do it in verticles.coordinator");
}
