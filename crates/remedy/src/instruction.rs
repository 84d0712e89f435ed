/// A build instruction as its author wrote it: without the shell that docker puts before it, and the remark that
/// BuildKit puts behind it.
///
/// ```
/// let instruction = plimsoll_remedy::instruction;
/// assert_eq!(instruction("/bin/sh -c #(nop)  CMD [\"bash\"]"), "CMD [\"bash\"]");
/// assert_eq!(instruction("RUN /bin/sh -c pip install jinja2 # buildkit"), "RUN pip install jinja2");
/// assert_eq!(instruction("|1 VERSION=3 /bin/sh -c make"), "RUN make");
/// ```
pub fn instruction(created_by: &str) -> String {
    const SHELLS: [&str; 2] = ["/bin/sh -c", "/bin/bash -o pipefail -c"];
    let text = created_by.trim();
    let text = text.strip_suffix("# buildkit").unwrap_or(text).trim_end();
    // Arguments of the build come first, counted: `|2 A=1 B=2 /bin/sh -c …`.
    let arguments = text.strip_prefix('|').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let run = text.strip_prefix("RUN ").unwrap_or(text).trim_start();
    let shell = SHELLS.into_iter().find_map(|shell| {
        let at = if arguments || run.starts_with('|') { run.find(shell)? } else { 0 };
        run.get(at..)?.strip_prefix(shell)
    });
    match shell.map(str::trim_start) {
        Some(rest) => match rest.strip_prefix("#(nop)") {
            Some(rest) => words(rest),
            None => format!("RUN {}", words(rest)),
        },
        None => words(text),
    }
}

/// Indentation and continued lines are nothing that anybody looks for.
fn words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "\\").collect();
    words.join(" ")
}
