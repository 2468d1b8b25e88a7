/// What a loop's queue holds.
enum Work {
    /// A piece of a Swift task or actor.
    case job(UnownedJob)
    case closure(@Sendable () -> Void)
}
