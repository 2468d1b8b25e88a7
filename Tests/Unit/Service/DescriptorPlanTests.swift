import Testing

@testable import Service

@Suite("File descriptors are shared out") struct DescriptorPlanTests {
    @Test("With what the settings need, all of them hold")
    func withWhatSettingsNeed() throws {
        let needed = DescriptorPlan.needed(open: 4, connections: 4096, calls: 2048, workers: 2)
        let plan = try #require(
            DescriptorPlan(descriptors: needed, open: 4, connections: 4096, calls: 2048, workers: 2))
        #expect(plan.connections == 4096 && plan.calls == 2048 && plan.refusals == 256 && plan.idlePerWorker == 1024)
    }

    @Test("A worker keeps as many idle connections as its share of the calls, and at least 256")
    func idleConnections() throws {
        for (calls, workers, idle) in [(2048, 1, 2048), (2048, 4, 512), (100, 2, 256)] {
            let needed = DescriptorPlan.needed(open: 4, connections: 100, calls: calls, workers: workers)
            let plan = DescriptorPlan(descriptors: needed, open: 4, connections: 100, calls: calls, workers: workers)
            #expect(plan?.idlePerWorker == idle && plan?.calls == calls)
        }
    }

    @Test("The shares never exceed the limit, and TOP always has some", arguments: [1, 2, 8, 64])
    func sharesNeverExceedLimit(workers: Int) {
        for descriptors in stride(from: 0, through: 9000, by: 7) {
            for (connections, calls) in [(4096, 2048), (1, 1), (10, 5000), (5000, 10)] {
                guard
                    let plan = DescriptorPlan(
                        descriptors: descriptors, open: 4, connections: connections, calls: calls, workers: workers)
                else { continue }
                let used = plan.connections + plan.refusals + plan.calls + workers * plan.idlePerWorker
                #expect(used + 24 + 12 * workers <= descriptors)
                #expect((1...connections).contains(plan.connections) && (1...calls).contains(plan.calls))
                #expect(plan.refusals >= 2 && plan.idlePerWorker >= 1)
            }
        }
    }

    @Test("64 descriptors are enough for two workers, and 30 are not")
    func few64DescriptorsAreEnough() throws {
        let plan = try #require(DescriptorPlan(descriptors: 64, open: 4, connections: 4096, calls: 2048, workers: 2))
        #expect(plan.connections == 6 && plan.refusals == 2 && plan.calls == 2 && plan.idlePerWorker == 1)
        #expect(DescriptorPlan(descriptors: 64, open: 30, connections: 4096, calls: 2048, workers: 2) == nil)
        #expect(DescriptorPlan(descriptors: 30, open: 4, connections: 4096, calls: 2048, workers: 2) == nil)
    }
}
