import Glibc

/// How many random inputs a test reads: `count`, or the part of it that `TEST_INPUTS_PERCENT` allows. It is 100 unless
/// set; `make test-fast` sets less.
package func testInputs(_ count: Int) -> Int { max(1, count * percent / 100) }

private let percent = getenv("TEST_INPUTS_PERCENT").flatMap { Int(String(cString: $0)) } ?? 100
