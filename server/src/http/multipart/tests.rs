use super::*;

const BODY: &[u8] = b"--b0\r\n\
    Content-Disposition: form-data; name=\"file\"; filename=\"a;name=\\\"b\\\".bin\"\r\n\
    Content-Type: application/octet-stream\r\n\
    \r\n\
    one\r\n--b\r\n--b1\r\n\r\n--b0\r\n\
    content-disposition:form-data;name=size\r\n\
    \r\n\
    \r\n--b0 \t\r\n\
    Content-Disposition: form-data; name=\"\xc3\xa9\"\r\n\
    \r\n\
    x\r\n--b0--\r\nepilogue\r\n--b0\r\n";

/// All parts of a body that arrives in pieces of such a length.
fn read(body: &[u8], piece: usize) -> Result<Vec<(String, Vec<u8>)>, Option<MultipartError>> {
    let mut multipart = Multipart::new("b0", 3).unwrap();
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for piece in body.chunks(piece) {
        multipart.push(piece);
        while let Some(event) = multipart.next().map_err(Some)? {
            match event {
                Event::Part(name) => parts.push((name, Vec::new())),
                Event::Data(data) => parts.last_mut().unwrap().1.extend_from_slice(&data),
                Event::End => return Ok(parts),
            }
        }
        assert!(multipart.buffer.len() <= piece.len() + HEADER + 8);
    }
    Err(None)
}

#[test]
fn parts_are_the_same_however_they_arrive() {
    let expected = vec![
        ("file".to_owned(), b"one\r\n--b\r\n--b1\r\n".to_vec()),
        ("size".to_owned(), Vec::new()),
        ("é".to_owned(), b"x".to_vec()),
    ];
    for piece in 1..=BODY.len() {
        assert_eq!(read(BODY, piece), Ok(expected.clone()), "{piece}");
    }
    let preamble = [b"ignored\r\n", BODY].concat();
    assert_eq!(read(&preamble, 7), Ok(expected));
}

#[test]
fn what_is_no_form_is_refused() {
    let malformed = Err(Some(MultipartError::Malformed));
    let disposition = "Content-Disposition: form-data; name=\"a\"";
    for (body, expected) in [
        (String::new(), Err(None)),
        ("--b0".to_owned(), Err(None)),
        ("--b0\r\n".to_owned(), Err(None)),
        (format!("--b0\r\n{disposition}\r\n\r\nx"), Err(None)),
        (format!("--b0\r\n{disposition}\r\n\r\nx\r\n--b0"), Err(None)),
        ("--b0--".to_owned(), Ok(vec![])),
        ("--b0x\r\n".to_owned(), malformed.clone()),
        ("--b0\r\n\r\nx\r\n--b0--".to_owned(), malformed.clone()),
        (
            "--b0\r\nA: b\r\n\r\nx\r\n--b0--".to_owned(),
            malformed.clone(),
        ),
        (
            format!("--b0\r\n{disposition}\r\n{disposition}\r\n\r\nx\r\n--b0--"),
            malformed.clone(),
        ),
        (
            "--b0\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n".to_owned(),
            malformed.clone(),
        ),
        (
            "--b0\r\nContent-Disposition: form-data; name=\"a\r\n\r\n".to_owned(),
            malformed.clone(),
        ),
        ("x".repeat(10_000), malformed.clone()),
        // Both limits to the byte: the first delimiter's own line end is not there.
        (format!("{}\r\n--b0--", "x".repeat(4094)), Ok(vec![])),
        (format!("{}\r\n--b0--", "x".repeat(4095)), malformed.clone()),
        (
            format!(
                "--b0{}\r\n{disposition}\r\n\r\n\r\n--b0--",
                " ".repeat(4096)
            ),
            Ok(vec![("a".to_owned(), Vec::new())]),
        ),
        (
            format!(
                "--b0{}\r\n{disposition}\r\n\r\n\r\n--b0--",
                " ".repeat(4097)
            ),
            malformed,
        ),
        (
            format!("--b0\r\n{}", "y".repeat(10_000)),
            Err(Some(MultipartError::LongHeader)),
        ),
        (
            format!("--b0\r\n{disposition}\r\n\r\n\r\n").repeat(4),
            Err(Some(MultipartError::TooManyParts)),
        ),
    ] {
        for piece in [1, 3, 1000, 20_000] {
            assert_eq!(read(body.as_bytes(), piece), expected, "{piece}: {body}");
        }
    }
}

#[test]
fn boundaries_are_found() {
    let find = |text: &str| boundary(text);
    assert_eq!(
        find("multipart/form-data; boundary=ab").as_deref(),
        Some("ab")
    );
    assert_eq!(
        find("Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"").as_deref(),
        Some("a b")
    );
    for bad in [
        "multipart/form-data",
        "multipart/mixed; boundary=a",
        "multipart/form-data; boundary",
        "application/json",
        "",
    ] {
        assert_eq!(find(bad), None, "{bad}");
    }
    assert!(Multipart::new("", 1).is_none() && Multipart::new(&"x".repeat(71), 1).is_none());
    assert!(Multipart::new("a\r\nb", 1).is_none());
}
