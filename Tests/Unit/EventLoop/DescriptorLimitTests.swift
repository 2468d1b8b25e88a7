import EventLoop
import Glibc
import Testing

@Suite struct DescriptorLimitTests {
    @Test("The soft limit is raised to what is wanted, never lowered, and never above the hard limit")
    func softLimitIsRaised() {
        var before = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
        let soft = Int(clamping: before.rlim_cur)
        #expect(DescriptorLimit.raise(to: 1) == soft)
        #expect(DescriptorLimit.raise(to: .max) == Int(clamping: before.rlim_max))
        var after = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &after)
        #expect(after.rlim_cur == before.rlim_max && after.rlim_max == before.rlim_max)
    }

    @Test("Descriptors that are open are counted")
    func descriptorsThatAreOpen() {
        // Other tests open and close some meanwhile, so that only a large number tells.
        let opened = (0..<400).map { _ in dup(2) }
        let count = DescriptorLimit.openCount()
        for descriptor in opened { close(descriptor) }
        #expect(count >= 400)
    }
}
