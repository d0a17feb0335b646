package weft.publish.explain;

import weft.routing.explain.Call;
import weft.routing.explain.Vantage;

/** A request, and from where it is made. Immutable. */
public record Question(Vantage vantage, Call call) {}
