/// How PostgreSQL plans a statement with parameters.
public enum QueryPlan: String, Sendable {
    /// For the parameters' values, each time anew.
    case custom = "auto"
    /// For any values, once: the plan stays with the connection from the second use of the text on. For statements that take longer to plan than to run,
    /// and whose best plan is the same for all values. What partitions are to be left out must stand in the text.
    case kept = "force_generic_plan"
}
