package weft.local.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import weft.log.BundleDraft;
import weft.log.ConflictException;
import weft.log.PublishResult;
import weft.log.RulePublisher;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.rules.RuleKey;

/**
 * A publisher that says what was acknowledged, as a process: {@code ChaosPublisher BOOTSTRAP PAUSE_MILLIS ENDPOINTS}. It
 * waits for {@code publish FIRST MOST} on its standard input, so that one can stand by while another works. It prints {@code trying NUMBER} before each bundle and {@code acked NUMBER REVISION BUNDLE} once it is
 * durable; {@code die STEP} on its standard input makes the next bundle its last.
 *
 * <p>It builds on what it saw: when another published meanwhile, as one that was started while it stood still, it ends.
 */
final class ChaosPublisher {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private ChaosPublisher() {}

    public static void main(String[] args) throws Exception {
        Map<String, Object> kafka = new HashMap<>(MortalClient.PROPERTIES);
        kafka.put("bootstrap.servers", args[0]);
        long pauseMillis = Long.parseLong(args[1]);
        ChaosRules rules = new ChaosRules(List.of(args[2].split(",", -1)));
        List<RuleKey> keys = rules.keys();
        WireCodec codec = WireCodec.withLocalSchemas();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String[] wanted = Objects.requireNonNull(in.readLine()).split(" ", -1);
        long number = Long.parseLong(wanted[1]);
        long most = Long.parseLong(wanted[2]);
        AtomicReference<@Nullable DeathStep> wish = new AtomicReference<>();
        listen(in, wish);
        try (RulePublisher publisher = RulePublisher.open(kafka, TopicNames.DEFAULT, codec, "chaos", DEADLINE)) {
            long last = publisher.refresh().revision();
            for (long left = most; left > 0 && publisher.refresh().revision() == last; left--, number++) {
                DeathStep step = wish.get();
                say((step == null ? "trying " : "dying at " + step + " ") + number);
                if (step != null) {
                    MortalClient.dieAt(step);
                }
                PublishResult result = publisher.publish(
                        BundleDraft.upserting(rules.bundle(number)).expecting(publisher.versions(keys)), state -> {
                            MortalClient.passed(DeathStep.BEFORE_BEGIN);
                            return List.of();
                        });
                MortalClient.passed(DeathStep.AFTER_COMMIT);
                last = result.revision();
                say("acked " + number + " " + result.revision() + " " + result.bundleId());
                Thread.sleep(pauseMillis); // leaves the machine to the others
            }
        } catch (ConflictException e) {
            say("overtaken by another: " + e.getMessage());
        }
        System.exit(0);
    }

    private static void say(String line) {
        System.out.println(line);
    }

    private static void listen(BufferedReader in, AtomicReference<@Nullable DeathStep> wish) {
        Thread thread = new Thread(
                () -> {
                    try {
                        for (String line = in.readLine(); line != null; line = in.readLine()) {
                            wish.set(DeathStep.valueOf(line.substring("die ".length())));
                        }
                    } catch (IOException e) {
                        say("hears nothing any more: " + e);
                    }
                },
                "wishes");
        thread.setDaemon(true);
        thread.start();
    }
}
