//! Parameters of a query or a form, each at most once (RFC 6749, section 3.1).

use url::form_urlencoded;

/// More would be noise.
const MAX_PARAMETERS: usize = 50;

/// The parameters of one request.
#[derive(Debug)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded` text.
    ///
    /// # Errors
    /// When a parameter is there twice, carries a NUL, or there are too many.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, FormError> {
        let mut parameters: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(text) {
            if parameters.iter().any(|(known, _)| *known == name) {
                return Err(FormError::Twice(name.chars().take(50).collect()));
            }
            if value.contains('\0') || name.contains('\0') {
                return Err(FormError::Nul);
            }
            if parameters.len() == MAX_PARAMETERS {
                return Err(FormError::TooMany);
            }
            parameters.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(parameters))
    }

    /// A parameter's value. One without a value counts as left out (RFC 6749, section 3.1).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// Why parameters cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormError {
    #[error("the parameter `{0}` is there twice; send it once")]
    Twice(String),
    #[error("a parameter has a NUL in it; remove it")]
    Nul,
    #[error("more than {MAX_PARAMETERS} parameters; send only those that are needed")]
    TooMany,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o07_each_parameter_comes_once() {
        let form = Form::parse(b"a=1&b=x%20y&c=&d").expect("a form");
        assert_eq!(form.get("a"), Some("1"));
        assert_eq!(form.get("b"), Some("x y"));
        assert_eq!((form.get("c"), form.get("d"), form.get("e")), (None, None, None));
        assert_eq!(
            Form::parse(b"a=1&a=1").expect_err("refused"),
            FormError::Twice("a".into())
        );
        assert_eq!(
            Form::parse(b"a=1&%61=2").expect_err("refused"),
            FormError::Twice("a".into())
        );
        assert_eq!(Form::parse(b"a=%00").expect_err("refused"), FormError::Nul);
        let many = (0..51).map(|at| format!("p{at}=1&")).collect::<Vec<_>>().concat();
        assert_eq!(Form::parse(many.as_bytes()).expect_err("refused"), FormError::TooMany);
        assert!(Form::parse(&many.as_bytes()[..many.len() - 6]).is_ok());
    }
}
