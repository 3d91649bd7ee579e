//! The keys of a telephone.

/// The key on which a letter of the Latin alphabet stands (ITU-T E.161), with whatever accent. `None` for anything else.
pub const fn key_of(letter: char) -> Option<char> {
    Some(match letter.to_ascii_lowercase() {
        'a'..='c' | 'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ç' | 'Á' | 'À' | 'Ä' | 'Ç' => '2',
        'd'..='f' | 'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' => '3',
        'g'..='i' | 'í' | 'ì' | 'î' | 'ï' | 'Í' => '4',
        'j'..='l' => '5',
        'm'..='o' | 'ñ' | 'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'Ñ' | 'Ó' | 'Ö' => '6',
        'p'..='s' => '7',
        't'..='v' | 'ú' | 'ù' | 'û' | 'ü' | 'Ú' | 'Ü' => '8',
        'w'..='z' => '9',
        _ => return None,
    })
}
