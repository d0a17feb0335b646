package weft.local.chaos;

/** Where in a transaction a publisher dies. */
enum DeathStep {
    /** It leads and has read the log, and has not begun. */
    BEFORE_BEGIN,
    /** The first record is on the broker, the second is not sent. */
    AFTER_FIRST_RECORD,
    /** All records are on the brokers, and the end of the transaction was not asked for. */
    BEFORE_COMMIT,
    /** The end was asked for, and nobody heard the answer. */
    IN_COMMIT,
    /** The answer was heard, and nobody was told. */
    AFTER_COMMIT
}
