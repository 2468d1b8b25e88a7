import Catalog

/// A catalog with the business key `order_id`.
let catalogWithKey = Result {
    try Catalog(files: [
        CatalogFile(
            name: "taobao.test.one.yaml",
            text: """
                method: taobao.test.one
                session: none
                request: [{name: order_id, type: String, required: false}]
                response_root: r
                """),
        CatalogFile(
            name: "taobao.test.one.overlay.yaml",
            text: """
                method: taobao.test.one
                request:
                  order_id: {key: order_id}
                """),
    ])
}
