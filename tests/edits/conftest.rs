//! What a configure script asks a compiler: many small sources, of which some compile and some do not.

/// How many questions there are.
pub const TRIALS: u32 = 60;

/// The source of a question.
pub fn text(trial: u32) -> String {
    let body = match trial % 6 {
        0 => "#include \"common.h\"\n#include <outer.h>\nint main(void) { return COMMON + OUTER; }\n",
        1 => "#include <none_such.h>\nint main(void) { return 0; }\n",
        2 => "#if !__has_include(<probe.h>)\n#error no probe\n#endif\nint main(void) { return 0; }\n",
        3 => "int main(void) { return not_declared; }\n",
        4 => "#include <stddef.h>\nint array[sizeof(size_t) == 8 ? 1 : -1];\nint main(void) { return array[0]; }\n",
        _ => "#include <not_there.h>\nint main(void) { return NOT_THERE; }\n",
    };
    format!("/* question {trial} */\n#define QUESTION {trial}\n{body}")
}
