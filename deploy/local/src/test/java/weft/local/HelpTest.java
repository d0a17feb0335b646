package weft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
    @ParameterizedTest
    @ValueSource(strings = {"up", "down", "status", "demo-load"})
    void helpHasExamples(String command) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(text, true, StandardCharsets.UTF_8));
        try {
            assertThat(Main.run(command, "--help")).isZero();
        } finally {
            System.setOut(before);
        }
        assertThat(text.toString(StandardCharsets.UTF_8)).contains("Examples:\n  weft " + command);
    }
}
