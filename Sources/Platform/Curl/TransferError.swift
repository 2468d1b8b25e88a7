internal import CLibcurl

/// Why a request has no whole response, as one of libcurl's codes.
struct TransferError: Error, Equatable {
    let code: CURLcode

    init(_ code: CURLcode) { self.code = code }
}
