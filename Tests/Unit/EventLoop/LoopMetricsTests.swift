import Testing

@testable import EventLoop

@Suite("Metrics of a loop")
struct LoopMetricsTests {
    @Test("The longest turn is that since it was last taken")
    func resetsLongestTurn() {
        let metrics = LoopMetrics()
        metrics.endTurn(jobs: 1, nanoseconds: 50)
        metrics.endTurn(jobs: 1, nanoseconds: 30)
        #expect(metrics.takeLongestTurn() == 50)
        #expect(metrics.takeLongestTurn() == 0)
        metrics.endTurn(jobs: 1, nanoseconds: 20)
        #expect(metrics.takeLongestTurn() == 20)
    }
}
