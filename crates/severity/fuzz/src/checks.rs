//! What must hold for any text. Shared by the fuzz targets and the tests that replay their corpora.

use plimsoll_severity::{Cvss, Policy, Role, Statement, assess, words};

/// A vector or an error; what is a vector reads again as itself, and its scores are in range.
pub fn cvss(text: &str) {
    match text.parse::<Cvss>() {
        Ok(cvss) => {
            let written = cvss.to_string();
            assert_eq!(written.parse::<Cvss>().as_ref(), Ok(&cvss), "{written}");
            for score in [cvss.score(), cvss.base_score(), cvss.full_score()] {
                assert!(score.tenths() <= 100);
            }
            let _ = cvss.rating();
        }
        Err(e) => assert!(e.to_string().len() < 2000),
    }
    let _ = words::level(text);
    let _ = text.parse::<Policy>();
    for scheme in ["CVSS_V3", "word"] {
        let statement = Statement { source: "x", role: Role::Nvd, scheme, value: text };
        let _ = assess(&[statement], &Policy::default());
    }
}
