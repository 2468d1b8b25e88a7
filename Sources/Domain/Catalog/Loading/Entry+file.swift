extension Entry {
    /// The entry that a page and its overlay describe. The overlay is optional. The files may have any names.
    /// - Parameter embedded: the embedded overlay of the method, which `overlay` changes.
    package static func read(
        page: CatalogFile, overlay: CatalogFile? = nil, onto embedded: CatalogFile? = nil
    ) throws(CatalogError) -> Entry {
        let (page, pageFaults) = PageReader.read(page.text, file: page.name)
        var part = Overlay()
        part.method = page?.method ?? ""
        var faults = pageFaults
        if let overlay {
            let (read, overlayFaults) = OverlayReader.read(
                overlay.text, file: overlay.name, onto: embedded)
            part = read ?? part
            faults += overlayFaults
        }
        guard let page, faults.isEmpty else { throw CatalogError(faults) }
        let (entry, entryFaults) = EntryBuilder.build(page: page, overlay: part, file: overlay?.name ?? page.method)
        guard let entry else { throw CatalogError(entryFaults) }
        return entry
    }
}
