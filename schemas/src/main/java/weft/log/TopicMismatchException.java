package weft.log;

/** A topic exists, but not as the mesh needs it; the message says what differs and how to mend it, in one line. */
public final class TopicMismatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String topic;

    public TopicMismatchException(String topic, String message) {
        super(message);
        this.topic = topic;
    }

    public String topic() {
        return topic;
    }
}
