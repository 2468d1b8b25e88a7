extension Duration {
    /// Whole nanoseconds, from 0 to one year. The limit keeps deadlines from overflowing.
    package var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(min(seconds, 31_536_000)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }

    /// Whole milliseconds, from 0 to one year. A positive duration has at least one, because 0 often means "no limit".
    package var milliseconds: Int64 {
        self > .zero ? max(1, Int64(nanoseconds / 1_000_000)) : 0
    }
}
