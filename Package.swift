// swift-tools-version: 6.2
import PackageDescription

// CI and release builds treat warnings as errors. A developer's build shows them.
let warningsAreErrors = Context.environment["CI"] != nil

// `scripts/swift` and the image's build set it. The manifest does not ask git, because SwiftPM keeps an older answer.
let commit = Context.environment["BUILD_COMMIT"] ?? "unknown"

/// The settings of every Swift target.
let common: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        // Debug builds, and so all tests, keep the dynamic checks. Release builds omit them: they cost a call 4 %.
        .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
    ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])

/// The settings of targets without pointers. The compiler refuses unsafe constructs in them.
let safe: [SwiftSetting] =
    common + [.strictMemorySafety(), .treatWarning("StrictMemorySafety", as: .error)]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let collections: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
    name: "toprelay",
    products: [.executable(name: "toprelay", targets: ["toprelay"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    ],
    targets: [
        // From the lowest floor to the highest: a target depends only on targets above it. Tests hold the order.
        // C: typed entry points for what Swift cannot import (variadics, macros), and embedded files.
        .target(name: "CEventLoop"),
        .target(name: "CSockets"),
        .target(name: "CLibcrypto", linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CLibcurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CLibpq", linkerSettings: [.linkedLibrary("pq")]),
        .target(name: "CLibyaml", linkerSettings: [.linkedLibrary("yaml")]),
        .target(name: "CZlib", linkerSettings: [.linkedLibrary("z")]),
        .target(name: "CRelease", cSettings: [.define("BUILD_COMMIT", to: commit)]),
        .target(name: "CResources", exclude: ["catalog", "console", "docs"]),

        // Base. `Bytes` holds pointers, because it reads text eight bytes at a time, `Locks` because it wraps pthread.
        .target(name: "Bytes", swiftSettings: common),
        .target(name: "Locks", swiftSettings: common),
        .target(name: "Time", dependencies: ["Bytes"], swiftSettings: safe),
        .target(name: "JSON", dependencies: ["Bytes"], swiftSettings: safe),
        .target(name: "HTTP1", dependencies: ["Bytes"], swiftSettings: safe),

        // Platform: system calls and C libraries. Most of these hold pointers.
        .target(name: "EventLoop", dependencies: ["CEventLoop", "Time"], swiftSettings: common),
        .target(name: "Sockets", dependencies: ["CSockets"], swiftSettings: common),
        .target(name: "Crypto", dependencies: ["Bytes", "CLibcrypto"], swiftSettings: common),
        .target(
            name: "Curl", dependencies: ["Bytes", "CLibcurl", "CZlib", "EventLoop", "HTTP1", "Sockets", "Time"],
            swiftSettings: common),
        .target(
            name: "Postgres", dependencies: ["Bytes", "CLibpq", "EventLoop", "Time", collections],
            swiftSettings: common),
        .target(name: "YAML", dependencies: ["CLibyaml"], swiftSettings: common),
        .target(name: "Resources", dependencies: ["CRelease", "CResources"], swiftSettings: common),
        .target(name: "Telemetry", dependencies: ["Locks", "Time", logging, metrics], swiftSettings: safe),
        .target(
            name: "HTTPServer",
            dependencies: ["Bytes", "EventLoop", "HTTP1", "Locks", "Sockets", "Time", logging, lifecycle],
            swiftSettings: safe),

        // Domain.
        .target(name: "TOP", dependencies: ["Bytes", "JSON", "Crypto", "Time"], swiftSettings: safe),
        .target(name: "Masking", dependencies: ["Bytes", "JSON"], swiftSettings: safe),
        .target(
            name: "Catalog", dependencies: ["Bytes", "JSON", "Locks", "Masking", "Resources", "TOP", "Time", "YAML"],
            swiftSettings: safe),
        .target(name: "CatalogImport", dependencies: ["Bytes", "Catalog", "JSON", "TOP"], swiftSettings: safe),
        .target(
            name: "Vault", dependencies: ["Bytes", "EventLoop", "Postgres", "Crypto", "JSON", "TOP", "Time"],
            swiftSettings: safe),
        .target(
            name: "Audit", dependencies: ["Bytes", "EventLoop", "Postgres", "Crypto", "JSON", "TOP", "Time", "Vault"],
            swiftSettings: safe),

        // App.
        .target(name: "Problems", dependencies: ["Audit", "Catalog", "JSON", "TOP"], swiftSettings: safe),
        .target(
            name: "Requests", dependencies: ["Audit", "Bytes", "Catalog", "Problems", "Vault"], swiftSettings: safe),
        .target(
            name: "Relay",
            dependencies: [
                "Bytes", "EventLoop", "JSON", "Locks", "Crypto", "Curl", "Postgres", "TOP", "Catalog", "Masking",
                "Vault",
                "Audit", "Problems", "Telemetry", "Time", logging, metrics,
            ], swiftSettings: safe),
        .target(
            name: "AuditAPI",
            dependencies: [
                "Audit", "Catalog", "Crypto", "EventLoop", "HTTPServer", "JSON", "Masking", "Requests", "Postgres",
                "Problems", "TOP", "Telemetry", "Time", "Vault", logging, metrics,
            ], swiftSettings: safe),
        .target(
            name: "Credentials",
            dependencies: [
                "Bytes", "Crypto", "Curl", "EventLoop", "JSON", "Postgres", "TOP", "Telemetry", "Vault", logging,
                metrics,
            ], swiftSettings: safe),
        .target(
            name: "AdminAPI",
            dependencies: [
                "Bytes", "Catalog", "Crypto", "EventLoop", "HTTPServer", "JSON", "Postgres", "Problems", "Requests",
                "TOP", "Telemetry", "Time", "Vault", logging,
            ], swiftSettings: safe),
        .target(
            name: "Service",
            dependencies: [
                "Credentials",
                "Relay", "AdminAPI", "AuditAPI", "Requests", "Problems", "HTTPServer", "Bytes", "Telemetry",
                "EventLoop", "JSON",
                "Locks", "Crypto", "Postgres", "TOP", "Time",
                "Catalog", "Vault", "Audit", "Curl", "Resources", "HTTP1", logging, metrics, lifecycle,
                configuration,
            ], swiftSettings: safe),
        .target(
            name: "Diagnosis",
            dependencies: ["Crypto", "Curl", "EventLoop", "JSON", "Relay", "TOP", "Time", "Vault"], swiftSettings: safe),
        .target(
            name: "Sandbox",
            dependencies: ["Catalog", "EventLoop", "HTTP1", "HTTPServer", "JSON", logging, lifecycle],
            swiftSettings: safe),

        // CLI.
        .executableTarget(
            name: "toprelay",
            dependencies: [
                "Service", "AdminAPI", "AuditAPI", "Diagnosis", "Requests", "Relay", "Sandbox", "Catalog",
                "CatalogImport", "Masking", "Vault", "Audit", "Postgres", "Resources",
                "TOP", "Time", "Bytes", "Crypto",
                "JSON", "EventLoop", "HTTPServer", "Telemetry", "Curl", arguments, logging, metrics,
                lifecycle, signals, configuration, subprocess,
            ], swiftSettings: safe),

        // Shared by the tests: real servers and clients.
        .target(
            name: "TestSupport", dependencies: ["EventLoop", "JSON", "Locks", "Postgres", "Resources"],
            path: "Tests/Support",
            exclude: ["Relay"], swiftSettings: common),
        .target(
            name: "RelayTestSupport",
            dependencies: ["Catalog", "Crypto", "Curl", "JSON", "Problems", "Relay", "TOP", "Vault"],
            path: "Tests/Support/Relay", swiftSettings: common),

        // Tests of one module that need no server: `make test-fast` runs them.
        unit("Bytes", ["Bytes"]),
        unit("Locks", ["Locks"]),
        unit("JSON", ["JSON"]),
        unit("HTTP1", ["HTTP1"]),
        unit("EventLoop", ["EventLoop", "Locks"]),
        unit("Crypto", ["Bytes", "Crypto"]),
        unit("Curl", ["Curl", "EventLoop", "Locks"]),
        unit("Postgres", ["Postgres"]),
        unit("Telemetry", ["Telemetry", logging, metrics]),
        unit(
            "HTTPServer", ["Locks", "Bytes", "EventLoop", "HTTP1", "HTTPServer", "Sockets", "Time", logging, lifecycle]),
        unit("YAML", ["YAML"]),
        unit("TOP", ["TOP", "JSON", "Crypto", "Time"]),
        unit("Masking", ["Masking"]),
        unit("Catalog", ["Catalog", "CatalogImport", "JSON", "Masking", "TOP"]),
        unit("Vault", ["Bytes", "Vault", "Crypto"]),
        unit("Audit", ["Audit", "Bytes", "Crypto", "Time"]),
        unit(
            "Relay",
            [
                "Locks", "Bytes", "Time", "Relay", "RelayTestSupport", "Audit", "Catalog", "Crypto", "Curl",
                "EventLoop",
                "JSON", "Problems",
                "TOP", "Vault",
            ]),
        unit("Credentials", ["Credentials", "Crypto", "JSON", "Vault"]),
        unit("AdminAPI", ["AdminAPI", "Catalog", "Problems", "Requests", "Vault"]),
        unit("AuditAPI", ["AuditAPI", "Audit", "Catalog", "Problems", "Requests"]),
        unit(
            "Service",
            [
                "Service", "Relay", "Bytes", "Catalog", "CatalogImport", "Crypto", "HTTP1", "HTTPServer", "JSON",
                "Problems", "Vault",
            ]),
        unit("Sandbox", ["Sandbox", "Catalog", "TOP", "JSON", "Crypto", logging]),
        unit("Command", ["toprelay", "Audit", "Bytes", "Crypto", arguments]),

        // Tests of one module with a real PostgreSQL.
        integration("Postgres", ["Postgres", "EventLoop"]),
        integration("Vault", ["Locks", "Bytes", "Vault", "Postgres", "EventLoop", "Crypto"]),
        integration(
            "Audit",
            [
                "Locks", "Bytes", "Time", "Audit", "AuditAPI", "Postgres", "EventLoop", "Crypto", "JSON", "TOP",
                "Vault", "Resources",
            ]),
        integration(
            "Relay",
            [
                "Locks", "Bytes", "Time", "Relay", "RelayTestSupport", "Audit", "Catalog", "Crypto", "Curl",
                "EventLoop",
                "JSON", "Postgres",
                "Problems", "Sandbox", "TOP", "Vault", logging,
            ]),
        integration(
            "Service",
            [
                "Locks", "Time", "Bytes", "Service", "Relay", "AdminAPI", "AuditAPI", "Credentials", "Crypto",
                "EventLoop", "HTTP1", "HTTPServer",
                "JSON", "Postgres",
                "Telemetry", "Vault", logging,
            ]),

        .testTarget(
            name: "DeployTests",
            dependencies: ["Service", "Telemetry", "JSON", "Postgres", "EventLoop", "TestSupport", "YAML"],
            path: "Tests/Deploy", swiftSettings: common),
        .testTarget(
            name: "EndToEndTests", dependencies: ["JSON", "Crypto", "Locks", "TestSupport"], path: "Tests/EndToEnd",
            exclude: ["gateway", "browser", "clients"], swiftSettings: common),
        .testTarget(name: "TidyTests", path: "Tests/Tidy", swiftSettings: common),
    ]
)

/// The tests of a module that need no server.
func unit(_ module: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: "\(module)Tests", dependencies: dependencies + ["TestSupport"], path: "Tests/Unit/\(module)",
        swiftSettings: common)
}

/// The tests of a module that need PostgreSQL.
func integration(_ module: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: "\(module)IntegrationTests", dependencies: dependencies + ["TestSupport"],
        path: "Tests/Integration/\(module)", swiftSettings: common)
}

/// The floors of the house, from the bottom. A module depends only on modules of its own floor and of lower ones; the
/// tidy tests check it. The folder of a floor holds its modules.
let floors: KeyValuePairs = [
    "C": ["CEventLoop", "CLibcrypto", "CLibcurl", "CLibpq", "CLibyaml", "CRelease", "CResources", "CSockets", "CZlib"],
    "Base": ["Bytes", "HTTP1", "JSON", "Locks", "Time"],
    "Platform": ["Crypto", "Curl", "EventLoop", "HTTPServer", "Postgres", "Resources", "Sockets", "Telemetry", "YAML"],
    "Domain": ["Audit", "Catalog", "CatalogImport", "Masking", "TOP", "Vault"],
    "App": [
        "AdminAPI", "AuditAPI", "Credentials", "Diagnosis", "Problems", "Relay", "Requests", "Sandbox", "Service",
    ],
    "CLI": ["toprelay"],
]
for (floor, modules) in floors {
    for target in package.targets where modules.contains(target.name) {
        target.path = "Sources/\(floor)/\(target.name)"
    }
}
