package weft.local.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where each process of a chaos test lives. Confined to the test's thread.
 *
 * <p>As root on Linux every one gets a network namespace and an address of its own, all of them on a bridge that stands in
 * a namespace too, so that iptables can lose the packets from one to another: whatever the rules are, they touch no other
 * program, and go with the namespaces. Elsewhere all share the loopback, and {@link #canPartition} says no.
 */
final class ChaosNetwork implements AutoCloseable {
    /** Carries the process id of the test, so that what a killed test left behind can be told from what is in use. */
    private static final String PREFIX = "weft-chaos-";

    private static final String CHAIN = "WEFT-CHAOS";
    private static final String HUB = "hub";
    /** For benchmarks of networks (RFC 2544): nobody's real addresses. */
    private static final String SUBNET = "198.18.";

    private final String mine = PREFIX + ProcessHandle.current().pid() + "-";
    private final String hostLink = "weftch" + ProcessHandle.current().pid() % 1_000_000;
    private final String subnet = SUBNET + (ProcessHandle.current().pid() % 250 + 1) + ".";
    private final Map<String, String> addresses = new HashMap<>();
    private final String refusal;

    ChaosNetwork(List<String> nodes) throws IOException, InterruptedException {
        refusal = build(nodes);
        if (!refusal.isEmpty()) {
            System.out.println(
                    "ChaosNetwork: no partitions, as this machine does not let network namespaces and iptables"
                            + " be used: " + refusal);
            close();
            addresses.clear();
        }
    }

    private String build(List<String> nodes) throws IOException, InterruptedException {
        try {
            for (String line : run("ip", "netns", "list").lines().toList()) {
                removeIfLeftBehind(line.split(" ", -1)[0]);
            }
            run("ip", "netns", "add", mine + HUB);
            run("ip", "-n", mine + HUB, "link", "add", "br0", "type", "bridge");
            run("ip", "-n", mine + HUB, "link", "set", "br0", "up");
            join(hostLink, HUB + "0", "");
            run("ip", "addr", "add", subnet + "1/24", "dev", hostLink);
            run("ip", "link", "set", hostLink, "up");
            for (String node : nodes) {
                String space = mine + node;
                String address = subnet + (addresses.size() + 10);
                run("ip", "netns", "add", space);
                join("eth0", "p" + addresses.size(), space);
                run("ip", "-n", space, "addr", "add", address + "/24", "dev", "eth0");
                run("ip", "-n", space, "link", "set", "eth0", "up");
                run("ip", "-n", space, "link", "set", "lo", "up");
                iptables(node, "-N", CHAIN);
                iptables(node, "-I", "INPUT", "-j", CHAIN);
                addresses.put(node, address);
            }
            return "";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** A cable from a namespace, or from the test's own for "", to the bridge. */
    private void join(String link, String port, String space) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("ip", "-n", mine + HUB, "link", "add", port, "type", "veth", "peer", link));
        command.addAll(List.of(
                "netns",
                space.isEmpty() ? String.valueOf(ProcessHandle.current().pid()) : space));
        run(command.toArray(String[]::new));
        run("ip", "-n", mine + HUB, "link", "set", port, "master", "br0", "up");
    }

    /** A test that was killed could not clear away; its processes may still run. */
    private static void removeIfLeftBehind(String space) throws IOException, InterruptedException {
        if (space.startsWith(PREFIX)) {
            long owner = Long.parseLong(space.substring(PREFIX.length(), space.indexOf('-', PREFIX.length())));
            if (ProcessHandle.of(owner).isEmpty()) {
                remove(space);
            }
        }
    }

    private static void remove(String space) throws IOException, InterruptedException {
        for (String pid : run("ip", "netns", "pids", space).lines().toList()) {
            ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(ProcessHandle::destroyForcibly);
        }
        run("ip", "netns", "delete", space);
    }

    boolean canPartition() {
        return refusal.isEmpty();
    }

    /** Where a node listens; the test itself is "". */
    String address(String node) {
        if (!canPartition()) {
            return "127.0.0.1";
        }
        return node.isEmpty() ? subnet + "1" : addresses.getOrDefault(node, "");
    }

    /** What a command begins with to run there. */
    List<String> inside(String node) {
        return canPartition() ? List.of("ip", "netns", "exec", mine + node) : List.of();
    }

    /** From now on packets from one node to another are lost without a word. */
    void cut(String from, String to) throws IOException, InterruptedException {
        iptables(to, "-A", CHAIN, "-s", address(from), "-j", "DROP");
    }

    /** Takes one {@link #cut} back. */
    void mend(String from, String to) throws IOException, InterruptedException {
        iptables(to, "-D", CHAIN, "-s", address(from), "-j", "DROP");
    }

    private void iptables(String node, String... rule) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", mine + node, "iptables", "-w"));
        command.addAll(List.of(rule));
        run(command.toArray(String[]::new));
    }

    /** Whatever is left in the namespaces ends with them. */
    @Override
    public void close() throws InterruptedException {
        try {
            for (String line : run("ip", "netns", "list").lines().toList()) {
                String space = line.split(" ", -1)[0];
                if (space.startsWith(mine)) {
                    remove(space);
                }
            }
        } catch (IOException e) {
            System.out.println("ChaosNetwork: not cleared away: " + e.getMessage());
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
        return said;
    }
}
