package weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import weft.routing.http.RequestHead;

/**
 * What one request head costs: ours read, ours read and written again for an upstream, Netty's decoder reading the same
 * bytes. Ours validates, normalises and removes hop-by-hop fields within these figures; Netty's does not.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RequestBenchmark {
    private static final String BROWSER = "GET /productpage?u=normal HTTP/1.1\r\n"
            + "Host: bookinfo.example.com\r\n"
            + "Connection: keep-alive\r\n"
            + "Cache-Control: max-age=0\r\n"
            + "Upgrade-Insecure-Requests: 1\r\n"
            + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36\r\n"
            + "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n"
            + "Referer: http://bookinfo.example.com/\r\n"
            + "Accept-Encoding: gzip, deflate, br\r\n"
            + "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"
            + "Cookie: session=eyJ1c2VyIjoiamFzb24ifQ.Zk1x2g.abcdefghijklmnopqrstuvwxyz0123456789; theme=dark\r\n"
            + "\r\n";
    private static final String SMALL = "GET /reviews/0 HTTP/1.1\r\nHost: reviews:9080\r\n\r\n";

    @Param({"browser", "small"})
    public String request = "browser";

    private ByteBuf bytes;
    private ByteBuf out;
    private RequestParser parser;
    private HeadReader reader;
    private EmbeddedChannel netty;

    @Setup
    public void setUp() {
        String text = request.equals("browser") ? BROWSER : SMALL;
        bytes = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        out = PooledByteBufAllocator.DEFAULT.directBuffer(8192);
        parser = new RequestParser(Http1Limits.DEFAULT, "http");
        reader = new HeadReader(Http1Limits.MAX_HEAD_BYTES);
        netty = new EmbeddedChannel(new HttpRequestDecoder());
    }

    private RequestHead parse() {
        bytes.readerIndex(0);
        parser.reset();
        reader.reset();
        if (!reader.read(bytes, parser) || reader.error() != null) {
            throw new IllegalStateException("request was refused");
        }
        return parser.head();
    }

    @Benchmark
    public RequestHead read() {
        return parse();
    }

    @Benchmark
    public ByteBuf readAndWrite() {
        RequestHead head = parse();
        out.clear();
        HeadEncoder.request(head, Framing.NONE, out);
        return out;
    }

    @Benchmark
    public Object nettyRead() {
        bytes.readerIndex(0);
        netty.writeInbound(bytes.retain());
        HttpRequest head = netty.readInbound();
        for (Object rest = netty.readInbound(); rest != null; rest = netty.readInbound()) {
            ReferenceCountUtil.release(rest);
        }
        return head;
    }
}
