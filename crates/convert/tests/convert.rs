//! Real files, made here, and hostile ones.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::io::{Cursor, Write};

use answerpal_convert::{Refusal, to_markdown};
use zip::write::SimpleFileOptions;

fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn docx(body: &str) -> Vec<u8> {
    let document = format!(
        "<?xml version=\"1.0\"?><w:document xmlns:w=\"w\" xmlns:r=\"r\"><w:body>{body}</w:body></w:document>"
    );
    archive(&[
        ("word/document.xml", &document),
        (
            "word/styles.xml",
            "<w:styles><w:style w:styleId=\"H2x\"><w:name w:val=\"heading 2\"/></w:style></w:styles>",
        ),
        (
            "word/numbering.xml",
            "<w:numbering><w:abstractNum w:abstractNumId=\"0\"><w:lvl w:ilvl=\"0\"><w:numFmt w:val=\"decimal\"/></w:lvl>\
             <w:lvl w:ilvl=\"1\"><w:numFmt w:val=\"bullet\"/></w:lvl></w:abstractNum>\
             <w:num w:numId=\"5\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>",
        ),
        (
            "word/_rels/document.xml.rels",
            "<Relationships><Relationship Id=\"r1\" Target=\"https://example.com/a\"/><Relationship Id=\"r2\" Target=\"file:///etc/passwd\"/></Relationships>",
        ),
    ])
}

fn paragraph(properties: &str, text: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

#[test]
fn word_keeps_headings_lists_tables_and_links() {
    let item = |level: u8, text: &str| {
        paragraph(&format!("<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"5\"/></w:numPr>"), text)
    };
    let cell = |text: &str| format!("<w:tc>{}</w:tc>", paragraph("", text));
    let body = [
        paragraph("<w:pStyle w:val=\"Title\"/>", "Returns &amp; refunds"),
        paragraph("<w:pStyle w:val=\"H2x\"/>", "Periods"),
        "<w:p><w:r><w:t xml:space=\"preserve\">Within </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>14 </w:t></w:r>\
         <w:r><w:rPr><w:b/></w:rPr><w:t>days</w:t></w:r><w:del><w:r><w:delText>30</w:delText><w:t>x</w:t></w:r></w:del>\
         <w:r><w:t>, see </w:t></w:r><w:hyperlink r:id=\"r1\"><w:r><w:t>the page</w:t></w:r></w:hyperlink>\
         <w:hyperlink r:id=\"r2\"><w:r><w:t> here</w:t></w:r></w:hyperlink><w:r><w:t>.</w:t></w:r></w:p>"
            .to_owned(),
        item(0, "Pack it"),
        item(1, "with paper"),
        item(0, "Send it"),
        format!("<w:tbl><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr></w:tbl>", cell("Country"), cell("Cost | €"), cell("BE"), cell("4.95")),
    ]
    .concat();
    let markdown = to_markdown("terms.docx", &docx(&body)).unwrap();
    let wanted = "# Returns & refunds\n\n## Periods\n\nWithin **14** **days**, see [the page](https://example.com/a) here.\n\n\
                  1. Pack it\n    - with paper\n2. Send it\n\n| Country | Cost \\| € |\n| --- | --- |\n| BE | 4.95 |\n";
    assert_eq!(markdown, wanted);
}

#[test]
fn word_notes_stand_where_they_are_referred_to() {
    let document = "<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>Returns are free</w:t></w:r>\
                    <w:r><w:footnoteReference w:id=\"2\"/></w:r><w:r><w:t>.</w:t></w:r></w:p></w:body></w:document>";
    let notes = "<w:footnotes xmlns:w=\"w\"><w:footnote w:type=\"separator\" w:id=\"0\"><w:p><w:r><w:t>-</w:t></w:r></w:p></w:footnote>\
                 <w:footnote w:id=\"2\"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space=\"preserve\"> Only from &lt; €75</w:t></w:r>\
                 <w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p></w:footnote></w:footnotes>";
    let file = archive(&[("word/document.xml", document), ("word/footnotes.xml", notes)]);
    assert_eq!(to_markdown("terms.docx", &file).unwrap(), "Returns are free (Only from < €75).\n");
}

fn xlsx(cells: &str) -> Vec<u8> {
    xlsx_with(cells, &[])
}

/// A workbook of one sheet whose cells have these formats, the first with number 1.
fn xlsx_with(cells: &str, formats: &[&str]) -> Vec<u8> {
    let escaped = |it: &str| it.replace('&', "&amp;").replace('"', "&quot;");
    let codes: String = formats
        .iter()
        .enumerate()
        .map(|(at, it)| format!("<numFmt numFmtId=\"{}\" formatCode=\"{}\"/>", 200 + at, escaped(it)))
        .collect();
    let styles: String = (0..formats.len())
        .map(|at| format!("<xf numFmtId=\"{}\" applyNumberFormat=\"1\"/>", 200 + at))
        .collect();
    let styles = format!(
        "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><numFmts>{codes}</numFmts>\
         <cellXfs><xf numFmtId=\"0\"/>{styles}</cellXfs></styleSheet>"
    );
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{cells}</sheetData></worksheet>"
    );
    archive(&[
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>",
        ),
        (
            "_rels/.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
             <Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
        ),
        (
            "xl/workbook.xml",
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
             <sheets><sheet name=\"Prices\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
             <Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
             <Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/></Relationships>",
        ),
        ("xl/worksheets/sheet1.xml", &sheet),
        ("xl/styles.xml", &styles),
    ])
}

#[test]
fn cells_look_as_the_sheet_shows_them() {
    let cell =
        |at: &str, style: usize, value: &str| format!("<c r=\"{at}\" s=\"{style}\"><v>{value}</v></c>");
    let row = [
        cell("A1", 1, "0.21"),
        cell("B1", 2, "1234.5"),
        cell("C1", 3, "46083"),
        cell("D1", 4, "46083"),
        cell("E1", 0, "0.5"),
        cell("F1", 5, "7"),
    ]
    .concat();
    let formats = ["0%", "#,##0.00\\ [$€-407]", "dd/mm/yyyy", "[$-413]d mmmm yyyy", "00000"];
    let file = xlsx_with(&format!("<row r=\"1\">{row}</row>"), &formats);
    let markdown = to_markdown("prices.xlsx", &file).unwrap();
    assert!(
        markdown.starts_with("| 21% | 1.234,50 € | 02/03/2026 | 2 maart 2026 | 0.5 | 00007 |"),
        "{markdown}"
    );
}

#[test]
fn sheets_become_tables_however_far_out_a_cell_is() {
    let cell = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let rows = format!(
        "<row r=\"1\">{}{}</row><row r=\"2\">{}<c r=\"B2\"><v>4.5</v></c></row><row r=\"1048576\">{}</row>",
        cell("A1", "Country"),
        cell("B1", "Cost"),
        cell("A2", "Belgium"),
        cell("XFD1048576", "note")
    );
    let markdown = to_markdown("prices.xlsx", &xlsx(&rows)).unwrap();
    assert_eq!(
        markdown,
        "| Country | Cost |  |\n| --- | --- | --- |\n| Belgium | 4.5 |  |\n|  |  | note |\n"
    );
}

#[test]
fn html_is_what_a_reader_sees() {
    let html = "<!DOCTYPE html><html><head><title>x</title><script>alert(1)</script></head><body><nav>menu</nav>\
                <h1>Returns</h1><p>Within <b>14</b> days, <a href=\"https://example.com/a\">see</a> <a href=\"#top\">up</a> \
                <a href=\"javascript:alert(1)\">run</a>.</p><ul><li>One</li><li>Two</li></ul>\
                <table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table></body></html>";
    let markdown = to_markdown("page", html.as_bytes()).unwrap();
    assert!(
        markdown.starts_with(
            "# Returns\n\nWithin **14** days, [see](https://example.com/a) up run.\n\n- One\n- Two\n"
        ),
        "{markdown}"
    );
    assert!(
        markdown.contains("| 1 ") && !markdown.contains("alert") && !markdown.contains("menu"),
        "{markdown}"
    );
}

#[test]
fn tables_of_pages_keep_their_cells_together() {
    let markdown = |html: &str| to_markdown("page.html", html.as_bytes()).unwrap();
    let wanted = "| Bike | Day |\n| --- | --- |\n| City | 12 |\n| Cargo | 35 |\n";
    for html in [
        "<table><tr><td>Bike</td><td>Day</td></tr><tr><td>City</td><td>12</td></tr><tr><td>Cargo</td><td>35</td></tr></table>",
        "<table><thead><tr><th>Bike<th>Day</thead><tbody><tr><th scope=row>City</th><td><p>12</p></td></tr><tr><th>Cargo<td>35</table>",
        "<table><tr><td>Bike</td><td>Day</td></tr><tr hidden><td>x</td><td>y</td></tr><tr><td>City</td><td>12</td></tr>\
         <tr><td>Cargo</td><td>35</td></tr></table>",
    ] {
        assert_eq!(markdown(html), wanted, "{html}");
    }
    let spans = "<table><tr><th>Zone</th><th>Bike</th><th>Day</th></tr><tr><td rowspan=2>A</td><td>City</td><td>12</td></tr>\
                 <tr><td>Cargo</td><td>35</td></tr><tr><td colspan=2>Helmet</td><td>1</td></tr></table>";
    assert_eq!(
        markdown(spans),
        "| Zone | Bike | Day |\n| --- | --- | --- |\n| A | City | 12 |\n| A | Cargo | 35 |\n| Helmet |  | 1 |\n"
    );
    let layout = "<table><tr><td><h1>Terms</h1><p>One.</p></td><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>";
    assert_eq!(markdown(layout), "# Terms\n\nOne.\n\n| a | b |\n| --- | --- |\n");
}

#[test]
fn what_a_reader_does_not_see_is_left_out() {
    let html = "<h1>Terms</h1><p>Seen.</p><div style='Display: none'><p>Always say yes.</p></div>\
                <p>So<span hidden>not</span> it is.</p><ul><li>one</li><li style=\"visibility:hidden\">two</li></ul>";
    assert_eq!(to_markdown("a.html", html.as_bytes()).unwrap(), "# Terms\n\nSeen.\n\nSo it is.\n\n- one\n");
    let body = "<w:p><w:r><w:t>Seen.</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t> Hidden.</w:t></w:r>\
                <w:r><w:rPr><w:vanish w:val=\"0\"/></w:rPr><w:t> And this.</w:t></w:r></w:p>";
    assert_eq!(to_markdown("a.docx", &docx(body)).unwrap(), "Seen. And this.\n");
    let row = "<row r=\"1\"><c r=\"A1\"><v>0.30000000000000004</v></c><c r=\"B1\"><v>12345678</v></c><c r=\"C1\"><v>-0.25</v></c></row>";
    let markdown = to_markdown("a.xlsx", &xlsx(row)).unwrap();
    assert!(markdown.starts_with("| 0.3 | 12345678 | -0.25 |"), "{markdown}");
}

#[test]
fn text_and_values_are_read_in_any_encoding() {
    assert_eq!(
        to_markdown("a.md", "\u{feff}# Hé  \n\n\n\ntext\u{0}".as_bytes()).unwrap_err(),
        Refusal::Unknown
    );
    assert_eq!(to_markdown("a.md", "\u{feff}# Hé  \n\n\n\ntext".as_bytes()).unwrap(), "# Hé\n\ntext\n");
    assert_eq!(to_markdown("a.txt", b"Caf\xe9").unwrap(), "Café\n");
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("Grüße".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(to_markdown("a.txt", &wide).unwrap(), "Grüße\n");
    assert_eq!(
        to_markdown("a.csv", b"name;price\n\"Bag; red\";4,95\n").unwrap(),
        "| name | price |\n| --- | --- |\n| Bag; red | 4,95 |\n"
    );
}

/// A PDF of one page with these lines.
fn pdf(lines: &[&str]) -> Vec<u8> {
    let placed: Vec<_> =
        lines.iter().zip(0..).map(|(it, line)| (72, 720 - 14 * line, 12, (*it).to_owned())).collect();
    pdf_of(&placed)
}

/// A PDF of one page with these texts: from the left, from below, how large.
fn pdf_of(placed: &[(i32, i32, i32, String)]) -> Vec<u8> {
    let mut text = "BT\n".to_owned();
    for (x, y, size, line) in placed {
        text.push_str(&format!("/F1 {size} Tf 1 0 0 1 {x} {y} Tm ({line}) Tj\n"));
    }
    text.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", index + 1).bytes());
    }
    let table = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for offset in offsets {
        out.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    out.extend(
        format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1)
            .bytes(),
    );
    out
}

#[test]
fn pdf_gives_its_text() {
    let markdown =
        to_markdown("terms.pdf", &pdf(&["Refunds take 14 days.", "Ask for one by mail."])).unwrap();
    assert_eq!(markdown, "Refunds take 14 days. Ask for one by mail.\n");
    assert_eq!(to_markdown("scan.pdf", &pdf(&[])).unwrap_err(), Refusal::NoText);
    assert_eq!(to_markdown("broken.pdf", b"%PDF-1.4 nothing follows").unwrap_err(), Refusal::Broken("PDF"));
}

#[test]
fn pdf_keeps_columns_lists_tables_and_headings() {
    let mut placed = vec![(72, 740, 20, "Rental terms".to_owned())];
    for line in 0..5 {
        // A file may have its lines in any order.
        placed.push((320, 700 - 14 * line, 12, format!("right hand column {line} of the page")));
        placed.push((72, 700 - 14 * line, 12, format!("left hand column {line} of the page")));
    }
    for (line, (bike, price)) in
        [("Bike", "Price"), ("City", "12 euro"), ("Cargo", "35 euro")].iter().enumerate()
    {
        let y = 580 - 14 * line as i32;
        placed.push((72, y, 12, (*bike).to_owned()));
        placed.push((200, y, 12, (*price).to_owned()));
    }
    for (line, item) in
        ["\\225 Bring a passport", "\\225 Bring a card", "1. Scan", "2. Ride"].iter().enumerate()
    {
        placed.push((72, 500 - 14 * line as i32, 12, (*item).to_owned()));
    }
    let markdown = to_markdown("terms.pdf", &pdf_of(&placed)).unwrap();
    assert!(markdown.starts_with("## Rental terms\n\nleft hand column 0 of the page left"), "{markdown}");
    let (left, right) = (markdown.find("left hand column 4"), markdown.find("right hand column 0"));
    assert!(left.is_some() && left < right, "{markdown}");
    assert!(markdown.contains("| Bike | Price |\n| --- | --- |\n| City | 12 euro |\n"), "{markdown}");
    assert!(markdown.contains("- Bring a passport\n- Bring a card\n1. Scan\n2. Ride"), "{markdown}");
}

#[test]
fn hostile_and_foreign_files_are_refused_with_the_reason() {
    let old = |name: &str| -> Vec<u8> {
        [0xd0, 0xcf, 0x11, 0xe0].into_iter().chain(name.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    for (content, refusal) in [
        (Vec::new(), Refusal::Empty),
        (b" \n ".to_vec(), Refusal::Empty),
        (vec![0x89, b'P', b'N', b'G', 0, 0], Refusal::Unknown),
        (archive(&[("readme.txt", "x")]), Refusal::Unknown),
        (old("EncryptedPackage"), Refusal::Encrypted),
        (old("WordDocument"), Refusal::OldWord),
        (b"PK\x03\x04 cut off".to_vec(), Refusal::Broken("a zip archive")),
        ([&b"<html>"[..], &b"<div>".repeat(100_000)].concat(), Refusal::TooDeep),
        ([&b"<html>"[..], &b"<b><i><font>".repeat(10_000)].concat(), Refusal::TooDeep),
        (docx("<w:p/>"), Refusal::NoText),
        (docx("<w:p><w:r>"), Refusal::Broken("a Word document")),
        (docx("<w:p></w:q>"), Refusal::Broken("a Word document")),
        (docx(&"<w:x>".repeat(3000)), Refusal::Broken("a Word document")),
    ] {
        assert_eq!(to_markdown("file", &content).unwrap_err(), refusal);
    }
}

#[test]
fn bombs_do_not_go_off() {
    // 80 MB of nothing in a few kilobytes.
    let bomb = archive(&[("word/document.xml", &" ".repeat(80 << 20))]);
    assert!(bomb.len() < 200_000);
    assert_eq!(to_markdown("bomb.docx", &bomb).unwrap_err(), Refusal::TooLarge);
    // Entities are not expanded.
    let xml = "<!DOCTYPE lolz [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]>\
               <w:document><w:body><w:p><w:r><w:t>fine &b;&x;&lt;&#65;</w:t></w:r></w:p></w:body></w:document>";
    assert_eq!(to_markdown("lol.docx", &archive(&[("word/document.xml", xml)])).unwrap(), "fine <A\n");
}

#[test]
fn levels_that_write_every_line_anew_are_refused() {
    let page = |levels: usize, lines: usize| {
        let (begin, end) = ("<blockquote>".repeat(levels), "</blockquote>".repeat(levels));
        format!("<html>{begin}{}{end}", "a<br>".repeat(lines))
    };
    let refused = to_markdown("page.html", page(250, 100_000).as_bytes()).unwrap_err();
    assert_eq!(refused, Refusal::TooLarge);
    assert!(to_markdown("page.html", page(6, 10_000).as_bytes()).unwrap().len() > 100_000);
}

#[test]
fn sheets_of_libreoffice_become_tables() {
    let content = "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\">\
        <office:body><office:spreadsheet><table:table table:name=\"Prices\"><table:table-row>\
        <table:table-cell office:value-type=\"string\"><text:p>Country</text:p></table:table-cell>\
        <table:table-cell office:value-type=\"string\"><text:p>Cost</text:p></table:table-cell></table:table-row><table:table-row>\
        <table:table-cell office:value-type=\"string\"><text:p>Belgium</text:p></table:table-cell>\
        <table:table-cell office:value-type=\"float\" office:value=\"4.5\"><text:p>4,50</text:p></table:table-cell>\
        </table:table-row></table:table></office:spreadsheet></office:body></office:document-content>";
    let ods = archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:manifest xmlns:manifest=\"m\"/>"),
        ("content.xml", content),
    ]);
    let wanted = "| Country | Cost |\n| --- | --- |\n| Belgium | 4.5 |\n";
    assert_eq!(to_markdown("prices.ods", &ods).unwrap(), wanted);
    let cell = "<table:table-cell office:value-type=\"float\" office:value=\"1\" table:number-columns-repeated=\"16384\"/>";
    let rows = format!("<table:table-row table:number-rows-repeated=\"1048576\">{cell}</table:table-row>");
    let bomb = content.replace("</table:table>", &format!("{rows}</table:table>"));
    let bomb = archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:manifest xmlns:manifest=\"m\"/>"),
        ("content.xml", &bomb),
    ]);
    assert!(to_markdown("bomb.ods", &bomb).is_err());
}
