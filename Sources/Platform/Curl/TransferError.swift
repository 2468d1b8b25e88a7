internal import CLibcurl

/// Why a request has no complete response, as a code of libcurl.
struct TransferError: Error, Equatable {
    let code: CURLcode

    init(_ code: CURLcode) { self.code = code }
}
