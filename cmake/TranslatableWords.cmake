# SPDX-License-Identifier: GPL-3.0-or-later
# What the scripts share that write words for lupdate to read (FieldWords.cmake, PresetWords.cmake).

# Appends WORDS to the text VARIABLE as a source line of CONTEXT, under a comment that says where they stand. Empty words
# need no translation.
function(append_translatable VARIABLE CONTEXT COMMENT WORDS)
    if(WORDS STREQUAL "")
        return()
    endif()
    string(REPLACE "\\" "\\\\" WORDS "${WORDS}")
    string(REPLACE "\"" "\\\"" WORDS "${WORDS}")
    set(${VARIABLE} "${${VARIABLE}}//: ${COMMENT}\nQT_TRANSLATE_NOOP(\"${CONTEXT}\", \"${WORDS}\")\n" PARENT_SCOPE)
endfunction()
