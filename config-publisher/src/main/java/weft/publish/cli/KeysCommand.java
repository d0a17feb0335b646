package weft.publish.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import weft.log.PemKeys;
import weft.log.TrustedKeys;

/** {@code weft keys}: makes keys to sign bundles with, and tells what a file of keys holds. */
@Command(
        name = "keys",
        header = {
            "Examples:",
            "  weft keys generate team-2026",
            "  weft apply -f rules.yaml --signing-key team-2026.key",
            "  weft proxy --trusted-keys keys/        (a folder with team-2026.pem)",
            "  weft keys list keys/",
            ""
        },
        description = "Makes and lists the Ed25519 keys that bundles are signed with.",
        mixinStandardHelpOptions = true)
final class KeysCommand implements Runnable {
    private final Terminal terminal;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    KeysCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** The command with the two it is for. */
    static CommandLine line(Terminal terminal) {
        KeysCommand keys = new KeysCommand(terminal);
        return new CommandLine(keys).addSubcommand(keys.new Generate()).addSubcommand(keys.new Listing());
    }

    /** {@code weft keys generate NAME}. */
    @Command(
            name = "generate",
            description = "Writes NAME.key, to sign with, and NAME.pem, for those who shall trust it.",
            mixinStandardHelpOptions = true)
    final class Generate implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "Path of the files without their endings.")
        private String name = "";

        @Option(names = "--force", description = "Write over files that are there.")
        private boolean force;

        @Override
        public Integer call() {
            KeyPair pair = PemKeys.generate();
            String publicText = PemKeys.text(pair.getPublic());
            Path secret = Path.of(name + ".key");
            Path open = Path.of(name + ".pem");
            try {
                for (Path file : new Path[] {secret, open}) {
                    if (!force && Files.exists(file)) {
                        throw new FileAlreadyExistsException(file.toString());
                    }
                    Files.deleteIfExists(file);
                }
                Files.createFile(
                        secret, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.writeString(secret, PemKeys.text(pair.getPrivate()) + publicText, StandardOpenOption.WRITE);
                Files.writeString(open, publicText, StandardOpenOption.CREATE_NEW);
            } catch (FileAlreadyExistsException e) {
                throw new CommandFailure(ExitCode.USAGE, e.getFile() + " is there already (--force writes over it)", e);
            } catch (IOException e) {
                throw new CommandFailure(ExitCode.FAILED, "keys could not be written: " + e.getMessage(), e);
            }
            terminal.print("key " + PemKeys.id(pair.getPublic()) + ": " + secret + " signs, " + open + " is trusted");
            return ExitCode.OK.number();
        }
    }

    /** {@code weft keys list FILE|DIR}. */
    @Command(name = "list", description = "Lists ids and names of public keys.", mixinStandardHelpOptions = true)
    final class Listing implements Callable<Integer> {
        @Parameters(paramLabel = "FILE|DIR", description = "A PEM file, or a folder of *.pem.")
        private Path path = Path.of("");

        @Override
        public Integer call() {
            try {
                Table table = new Table("ID", "NAME");
                TrustedKeys.load(path).all().forEach((id, key) -> table.row(id, key.name()));
                table.printTo(terminal);
                return ExitCode.OK.number();
            } catch (IllegalArgumentException | UncheckedIOException e) {
                throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
            }
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "generate or list? (see: weft keys --help)");
    }
}
