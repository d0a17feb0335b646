package weft.publish.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import weft.routing.explain.Answer;
import weft.routing.explain.Explanation;
import weft.routing.explain.TracedRoute;
import weft.routing.explain.TracedRoute.Verdict;
import weft.routing.explain.UnusedRule;
import weft.routing.route.DirectResponse;
import weft.routing.route.Forward;
import weft.routing.route.Route;
import weft.routing.route.RuleRef;
import weft.routing.route.WeightedCluster;

/** Explanations as a colleague would give them: the answer, then why, then what happens to the request. Immutable. */
public final class ExplanationText {
    /** Failing routes shown at each end of a long list. */
    private static final int SHOWN = 12;

    private static final String[] ORDINALS = {
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"
    };

    private final RuleWords rules;
    private final Paint paint;
    private final int width;
    private final boolean isWhole;
    private final LongFunction<String> age;

    /**
     * @param width of the terminal; 0 for no bound
     * @param isWhole whether a long list of routes is shown to its end
     * @param age of a moment in milliseconds since 1970, in few words
     */
    public ExplanationText(RuleWords rules, Paint paint, int width, boolean isWhole, LongFunction<String> age) {
        this.rules = rules;
        this.paint = paint;
        this.width = width;
        this.isWhole = isWhole;
        this.age = age;
    }

    /** @param place of the proxy, as {@code gateway default/shop} */
    public List<String> write(Explanation told, String place) {
        List<String> lines = new ArrayList<>();
        Answer answer = told.answer();
        boolean isGood = answer.status() < 400
                && !answer.details().equals("no_listener")
                && !answer.details().equals("filter_chain_not_found");
        String mark = isGood ? paint.good("✔") : paint.bad("✘");
        block(mark + " ", 2, headline(told), true, lines);
        String why = decided(told);
        if (!why.isEmpty()) {
            block("  ", 2, why, false, lines);
        }
        String message = rules.message(told);
        if (!message.isEmpty()) {
            block("  ", 2, sentence(message), false, lines);
        }
        told.notes().forEach(note -> block("  ", 2, sentence(note), false, lines));
        lines.add("");
        block("  ", 2, place(told, place), false, lines);
        trace(told, lines);
        unused(told, lines);
        details(told, lines);
        return lines;
    }

    private static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
    }

    /** One line about a request of many. */
    public String line(Explanation told) {
        Route route = told.route();
        RuleRef ref = route == null ? null : route.rule();
        String by = route == null || ref == null
                ? ""
                : "   " + rules.virtualService(ref, told.virtualHost()) + " " + label(ref, route.name());
        return safe(subject(told) + " " + outcome(told) + by);
    }

    private static String subject(Explanation told) {
        return told.call().method() + " " + told.call().authority()
                + told.call().path();
    }

    private String headline(Explanation told) {
        return subject(told) + " " + outcome(told) + ".";
    }

    private static String outcome(Explanation told) {
        Answer answer = told.answer();
        String flags = answer.flags().isEmpty() ? "" : " (" + ExplanationJson.flags(answer) + ")";
        return switch (answer.action()) {
            case ROUTE -> route(told, flags);
            case REDIRECT -> "is redirected to " + answer.location() + " (" + answer.status() + ")";
            case DIRECT_RESPONSE -> "is answered " + answer.status() + " by the proxy itself" + body(told);
            case ABORT -> "is answered " + answer.status() + " by an injected fault" + flags;
            case PREFLIGHT -> "is a preflight, which the proxy answers " + answer.status();
            case NONE -> answer.status() == 0 ? "gets no answer" + flags : "is answered " + answer.status() + flags;
        };
    }

    private static String body(Explanation told) {
        boolean hasBody = told.route() != null
                && told.route().action() instanceof DirectResponse direct
                && direct.body().length > 0;
        return hasBody ? ", with a body" : "";
    }

    private static String route(Explanation told, String flags) {
        Answer answer = told.answer();
        WeightedCluster destination = answer.destination();
        if (destination == null) {
            return "goes on";
        }
        if (answer.status() != 0) {
            return "is answered " + answer.status() + flags + ": its cluster " + destination.cluster()
                    + (answer.details().equals("cluster_not_found") ? " does not exist" : " has no endpoint");
        }
        boolean isUndecided = told.call().draw() == null
                && told.route() != null
                && told.route().action() instanceof Forward forward
                && forward.clusters().size() > 1;
        String delayed =
                told.delaysMillis() > 0 ? ", " + RouteDetails.duration(told.delaysMillis()) + " late" + flags : "";
        return "goes to " + (isUndecided ? shares(told) : RouteDetails.target(destination)) + delayed;
    }

    private static String shares(Explanation told) {
        Forward forward =
                (Forward) java.util.Objects.requireNonNull(told.route()).action();
        long total =
                forward.clusters().stream().mapToLong(WeightedCluster::weight).sum();
        List<String> shares = new ArrayList<>();
        forward.clusters()
                .forEach(each -> shares.add(
                        RouteDetails.target(each) + " (" + RouteDetails.percent(100.0 * each.weight() / total) + ")"));
        return String.join(shares.size() == 2 ? " or " : ", ", shares);
    }

    /** Which route decided, where it was written, and since when. */
    private String decided(Explanation told) {
        if (told.route() == null) {
            return "";
        }
        RuleRef ref = told.route().rule();
        if (ref == null) {
            return "No VirtualService has a say: this is the default route \""
                    + told.route().name() + "\".";
        }
        int position = 0;
        for (int i = 0; i < told.trace().size(); i++) {
            position = told.trace().get(i).verdict() == Verdict.MATCHED ? i : position;
        }
        int all = told.trace().size();
        String which =
                all < 2 ? "Its only route matches" : "The " + ordinal(position) + " of " + all + " routes matches";
        String source = rules.source(ref);
        String delegate = RuleWords.name(ref.key());
        String service = rules.virtualService(ref, told.virtualHost());
        return which + ": " + label(ref, told.route().name()) + " of VirtualService " + service
                + (delegate.equals(service) ? "" : ", from its delegate " + delegate)
                + (source.isEmpty() ? "" : ", " + source) + "." + since(ref);
    }

    private String since(RuleRef ref) {
        Provenance.Origin origin = rules.origin(ref);
        if (origin == null) {
            return "";
        }
        String author = origin.author().isEmpty() ? "" : " by " + origin.author();
        String message = origin.message().isEmpty() ? "" : ": \"" + origin.message() + "\"";
        return " In force since bundle " + origin.bundle() + author + ", " + age.apply(origin.timestamp()) + " ago"
                + message + ".";
    }

    private static String ordinal(int position) {
        return position < ORDINALS.length ? ORDINALS[position] : (position + 1) + "th";
    }

    private static String label(RuleRef ref, String name) {
        return name.isEmpty() ? ref.path() : ref.path() + " \"" + name + "\"";
    }

    private String place(Explanation told, String place) {
        StringBuilder text = new StringBuilder("at ").append(place);
        if (told.listener() != null) {
            text.append(", listener ").append(told.listener().name());
        }
        if (!told.virtualHost().isEmpty()) {
            text.append(", virtual host ").append(told.virtualHost());
        }
        return text.toString();
    }

    private void trace(Explanation told, List<String> lines) {
        List<TracedRoute> trace = told.trace();
        int matched = trace.size();
        for (int i = 0; i < trace.size(); i++) {
            matched = trace.get(i).verdict() == Verdict.MATCHED ? i : matched;
        }
        String group = "";
        for (int i = 0; i < Math.min(matched + 1, trace.size()); i++) {
            boolean isHidden = !isWhole && i >= SHOWN && i < matched - SHOWN;
            if (isHidden) {
                if (i == SHOWN) {
                    quiet("… ", (matched - 2 * SHOWN) + " more do not match (--all shows them)", lines);
                }
                continue;
            }
            TracedRoute traced = trace.get(i);
            String own = owner(traced, told);
            if (!own.equals(group)) {
                lines.add("  " + own);
                group = own;
            }
            route(traced, lines);
        }
        int left = trace.size() - matched - 1;
        if (left > 0) {
            String more = left + (left == 1 ? " more route" : " more routes");
            quiet("· ", more + " after it, not looked at: the first match wins", lines);
        }
    }

    /** Rules about the host that have no route here: who looks for one of them finds it with its reason. */
    private void unused(Explanation told, List<String> lines) {
        List<UnusedRule> unused = told.unused();
        int shown = isWhole ? unused.size() : Math.min(SHOWN, unused.size());
        for (UnusedRule each : unused.subList(0, shown)) {
            String line = each.line() == 0 ? "" : " line " + each.line();
            String place = each.place().isEmpty() ? "" : " " + each.place() + line;
            quiet("– ", RuleWords.name(each.rule()) + place + "   not here: " + each.reason(), lines);
        }
        if (shown < unused.size()) {
            quiet("… ", (unused.size() - shown) + " more rules that are not used here (--all shows them)", lines);
        }
    }

    private void quiet(String mark, String text, List<String> lines) {
        String lead = "    " + mark;
        for (String line : Wrapping.wrap(text, lead.length(), width)) {
            lines.add(paint.quiet(lead + line));
            lead = " ".repeat(lead.length());
        }
    }

    private String owner(TracedRoute traced, Explanation told) {
        RuleRef ref = traced.route().rule();
        return ref == null ? "default" : "VirtualService " + rules.virtualService(ref, told.virtualHost());
    }

    private void route(TracedRoute traced, List<String> lines) {
        RuleRef ref = traced.route().rule();
        String label = ref == null
                ? "\"" + traced.route().name() + "\""
                : label(ref, traced.route().name());
        String at = ref == null || ref.line() == 0 ? "" : " line " + ref.line();
        boolean isMatch = traced.verdict() == Verdict.MATCHED;
        String mark = isMatch ? paint.good("✔") : paint.bad("✘");
        block("    " + mark + " ", 6, label + at + "   " + words(traced), isMatch, lines);
    }

    private static String words(TracedRoute traced) {
        if (traced.failed() != null) {
            return traced.failed().toString();
        }
        List<String> all = new ArrayList<>();
        traced.conditions().forEach(each -> all.add(each.toString()));
        return all.isEmpty() ? "takes every request" : String.join(", ", all);
    }

    private void details(Explanation told, List<String> lines) {
        WeightedCluster destination = told.answer().destination();
        Map<String, String> rows = RouteDetails.of(told);
        if (destination == null && rows.isEmpty()) {
            return;
        }
        lines.add("");
        if (destination != null) {
            lines.add("  → " + safe(destination.cluster()));
        }
        int widest = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
        rows.forEach((heading, text) -> {
            String padded = heading + " ".repeat(widest - heading.length());
            block("    " + paint.quiet(padded) + "   ", 7 + widest, text, false, lines);
        });
    }

    /** Text after a lead of this many columns, further lines below it. */
    private void block(String lead, int column, String text, boolean isStrong, List<String> lines) {
        String before = lead;
        for (String line : Wrapping.wrap(safe(text), column, width)) {
            lines.add(before + (isStrong ? paint.strong(line) : line));
            before = " ".repeat(column);
        }
    }

    /** What others wrote must not steer the terminal. */
    private static String safe(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c != 0x7f) ? text : text.replaceAll("\\p{Cntrl}", "?");
    }
}
