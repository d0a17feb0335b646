package weft.publish.cli;

/** How a command writes what it has to tell. */
enum TextOrJson {
    TEXT,
    JSON
}
