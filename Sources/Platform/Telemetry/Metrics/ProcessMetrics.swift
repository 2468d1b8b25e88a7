import FoundationEssentials
import Glibc

/// The `process_*` metrics that Prometheus clients usually have. They are read from /proc at each scrape.
package enum ProcessMetrics {
    /// What is shown.
    package static let catalog: [MetricCatalog.Metric] = [
        .init("process_cpu_seconds_total", .counter, "CPU time of the process, user and system, in seconds."),
        .init("process_resident_memory_bytes", .gauge, "Resident memory of the process, in bytes."),
        .init("process_open_fds", .gauge, "Open file descriptors of the process."),
        .init("process_max_fds", .gauge, "The maximum number of open file descriptors."),
        .init("process_start_time_seconds", .gauge, "When the process started, in seconds since 1970."),
    ]

    /// Adds the metrics to a registry.
    package static func register(in registry: PrometheusRegistry) {
        registry.observe("process_cpu_seconds_total", kind: .counter) { cpuSeconds() }
        registry.observe("process_resident_memory_bytes") { residentBytes() }
        registry.observe("process_open_fds") { openDescriptors() }
        registry.observe("process_max_fds") { maximumDescriptors() }
        let startTime = startSeconds()
        registry.observe("process_start_time_seconds") { startTime }
    }

    private static func cpuSeconds() -> Double {
        let fields = statFields()
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return .nan }
        return (user + system) / ticksPerSecond
    }

    private static func residentBytes() -> Double {
        let fields = text("/proc/self/statm").split(separator: " ")
        guard fields.count > 1, let pages = Double(fields[1]) else { return .nan }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func openDescriptors() -> Double {
        let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        // The folder that is being read has a descriptor too.
        return names.map { Double($0.count - 1) } ?? .nan
    }

    private static func maximumDescriptors() -> Double {
        for line in text("/proc/self/limits").split(separator: "\n") where line.hasPrefix("Max open files") {
            let soft = line.dropFirst("Max open files".count).split(separator: " ").first ?? ""
            return soft == "unlimited" ? .infinity : Double(soft) ?? .nan
        }
        return .nan
    }

    private static func startSeconds() -> Double {
        let fields = statFields()
        let bootLine = text("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
        guard fields.count > 19, let ticks = Double(fields[19]), let boot = bootLine?.dropFirst(6),
            let bootSeconds = Double(boot)
        else { return .nan }
        return bootSeconds + ticks / ticksPerSecond
    }

    private static var ticksPerSecond: Double { Double(sysconf(Int32(_SC_CLK_TCK))) }

    /// The fields of /proc/self/stat after the name of the program, which may have spaces. The first is field 3 of
    /// proc(5).
    private static func statFields() -> [Substring] {
        let line = text("/proc/self/stat")
        guard let end = line.lastIndex(of: ")") else { return [] }
        return line[line.index(after: end)...].split(separator: " ")
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}
