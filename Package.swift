// swift-tools-version: 6.2
import PackageDescription

// CI and release builds treat warnings as errors; a developer's build shows them.
let warningsAreErrors = Context.environment["CI"] != nil

/// What every Swift target of the project is compiled with.
let common: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        // Debug builds, and so all tests, keep the dynamic checks; a call in a release build does without their cost (about 4 %).
        .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
    ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])

/// Targets that hold no pointers: the compiler refuses unsafe constructs in them.
let safe: [SwiftSetting] =
    common + [.strictMemorySafety(), .treatWarning("StrictMemorySafety", as: .error)]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let atomics: Target.Dependency = .product(name: "Atomics", package: "swift-atomics")
let collections: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "toprelay",
    products: [.executable(name: "toprelay", targets: ["toprelay"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-atomics", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // C shims: typed entry points for what Swift cannot import (variadics, macros) and nothing else.
        .target(name: "CEventLoop"),
        .target(name: "CSockets"),
        .target(name: "CLibcrypto", linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CLibcurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CLibpq", linkerSettings: [.linkedLibrary("pq")]),
        .target(name: "CZlib", linkerSettings: [.linkedLibrary("z")]),
        .target(name: "CCatalog", exclude: ["entries"]),
        .target(name: "CMigrations"),
        .target(name: "CConsole", exclude: ["page"]),

        // The only Swift modules with pointers.
        .target(name: "EventLoop", dependencies: ["CEventLoop"], swiftSettings: common),
        .target(name: "Sockets", dependencies: ["CSockets"], swiftSettings: common),
        .target(name: "Crypto", dependencies: ["CLibcrypto"], swiftSettings: common),
        .target(
            name: "Curl", dependencies: ["Bytes", "CLibcurl", "CZlib", "Crypto", "EventLoop", "HTTP1"],
            swiftSettings: common),
        .target(
            name: "Postgres", dependencies: ["CLibpq", "EventLoop", collections],
            swiftSettings: common),

        .target(name: "Migrations", dependencies: ["CMigrations"], swiftSettings: common),

        // Holds pointers, too: it looks at text eight bytes at a time.
        .target(name: "Bytes", swiftSettings: common),

        // Values.
        .target(name: "JSON", dependencies: ["Bytes"], swiftSettings: safe),
        .target(name: "HTTP1", dependencies: ["Bytes"], swiftSettings: safe),
        .target(name: "TOP", dependencies: ["Bytes", "JSON", "Crypto"], swiftSettings: safe),
        .target(
            name: "Catalog", dependencies: ["Bytes", "CCatalog", "JSON", "TOP", yams, atomics], swiftSettings: safe),

        // State in PostgreSQL.
        .target(name: "Vault", dependencies: ["EventLoop", "Postgres", "Crypto"], swiftSettings: safe),
        .target(
            name: "Audit", dependencies: ["EventLoop", "Postgres", "Crypto", "JSON", "TOP", atomics],
            swiftSettings: safe),

        // The service.
        .target(name: "Telemetry", dependencies: [logging, metrics, atomics], swiftSettings: safe),
        .target(
            name: "HTTPServer", dependencies: ["Bytes", "EventLoop", "HTTP1", "Sockets", logging, lifecycle],
            swiftSettings: safe),
        .target(
            name: "Relay",
            dependencies: [
                "Bytes", "EventLoop", "JSON", "Crypto", "Curl", "Postgres", "TOP", "Catalog", "Vault", "Audit",
                "Telemetry", logging, metrics,
            ], swiftSettings: safe),
        .target(
            name: "Service",
            dependencies: [
                "Relay", "HTTPServer", "Bytes", "Telemetry", "EventLoop", "JSON", "Crypto", "Postgres", "TOP",
                "Catalog", "Vault", "Audit", "Curl", "Migrations", "CConsole", "HTTP1", logging, metrics, lifecycle,
                configuration, atomics,
            ], swiftSettings: safe),
        .target(
            name: "Sandbox",
            dependencies: ["Catalog", "EventLoop", "HTTP1", "HTTPServer", "JSON", logging, lifecycle],
            swiftSettings: safe),
        .executableTarget(
            name: "toprelay",
            dependencies: [
                "Service", "Relay", "Sandbox", "Catalog", "Vault", "Audit", "Postgres", "Migrations", "TOP", "Crypto",
                "JSON", "EventLoop", "HTTPServer", "Telemetry", "Curl", arguments, logging, metrics,
                lifecycle, signals, configuration, subprocess,
            ], swiftSettings: safe),

        // What the tests share: real servers and clients, never stand-ins.
        .target(
            name: "TestSupport", dependencies: ["EventLoop", "JSON", "Postgres", "Migrations"], path: "Tests/Support",
            exclude: ["Relay"], swiftSettings: common),
        .target(
            name: "RelayTestSupport", dependencies: ["Catalog", "Crypto", "Curl", "JSON", "Relay", "TOP", "Vault"],
            path: "Tests/Support/Relay", swiftSettings: common),

        // Tests of one module that need no server: `make test-fast` runs them.
        unit("EventLoop", ["EventLoop"]),
        unit("Crypto", ["Crypto"]),
        unit("Curl", ["Curl", "EventLoop"]),
        unit("Postgres", ["Postgres"]),
        unit("Bytes", ["Bytes"]),
        unit("HTTP1", ["HTTP1"]),
        unit("JSON", ["JSON"]),
        unit("TOP", ["TOP", "JSON", "Crypto"]),
        unit("Catalog", ["Catalog", "JSON", "TOP"]),
        unit("Vault", ["Vault", "EventLoop", "Crypto"]),
        unit("Audit", ["Audit", "Crypto", "TOP"]),
        unit("Relay", ["Relay", "RelayTestSupport", "Catalog", "Crypto", "Curl", "EventLoop", "JSON", "TOP", "Vault"]),
        unit("HTTPServer", ["Bytes", "EventLoop", "HTTP1", "HTTPServer", "Sockets", logging, lifecycle]),
        unit("Telemetry", ["Telemetry", logging, metrics]),
        unit("Sandbox", ["Sandbox", "Catalog", "TOP", "JSON", "Crypto", logging]),
        unit("Service", ["Service", "Relay", "Audit", "Bytes", "Catalog", "Crypto", "HTTPServer", "JSON", "HTTP1"]),
        unit("Command", ["toprelay", "Crypto"]),

        // Tests of one module with a real PostgreSQL.
        integration("Postgres", ["Postgres", "EventLoop"]),
        integration("Vault", ["Vault", "Postgres", "EventLoop", "Crypto"]),
        integration("Audit", ["Audit", "Postgres", "EventLoop", "Crypto", "JSON", "TOP", "Migrations", atomics]),
        integration(
            "Relay",
            [
                "Relay", "RelayTestSupport", "Audit", "Catalog", "Crypto", "Curl", "EventLoop", "JSON", "Postgres",
                "Sandbox", "TOP", "Vault", logging,
            ]),
        integration(
            "Service",
            [
                "Service", "Relay", "Audit", "Catalog", "Crypto", "EventLoop", "JSON", "Postgres", "Sandbox", "TOP",
                "Telemetry", "Vault", logging,
            ]),

        .testTarget(
            name: "DeployTests",
            dependencies: ["Service", "Telemetry", "JSON", "Postgres", "EventLoop", "TestSupport", yams],
            path: "Tests/Deploy", swiftSettings: common),
        .testTarget(
            name: "EndToEndTests", dependencies: ["JSON", "Crypto", "TestSupport"], path: "Tests/EndToEnd",
            exclude: ["gateway", "browser"], swiftSettings: common),
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
