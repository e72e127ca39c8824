# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -DLUPDATE=<program> -DSOURCE_DIR=<repository> -DOUT=<file> -P CheckTexts.cmake: fails where a sentence's context
# when it is shown is not the one that a translator's catalogue has (tr() of a class without Q_OBJECT).
if(NOT LUPDATE)
    message("SKIP: there is no lupdate here")
    return()
endif()
file(REMOVE "${OUT}")
execute_process(COMMAND "${LUPDATE}" -I . ui visualization app/studio -ts "${OUT}"
    WORKING_DIRECTORY "${SOURCE_DIR}" RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE complaints)
if(result OR complaints MATCHES "lacks Q_OBJECT")
    message(FATAL_ERROR "${complaints}")
endif()
file(READ "${OUT}" catalogue)
string(REGEX MATCHALL "<message>" messages "${catalogue}")
list(LENGTH messages count)
if(count LESS 500)
    message(FATAL_ERROR "lupdate found ${count} sentences: ${said}")
endif()
message("${count} sentences")
