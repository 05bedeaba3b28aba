# find_package(Ouroboros): the interface of collectors in C, the program `ouro`, and tests.
#
#   Ouroboros::ouroboros   the folder of ouroboros.h; link with it
#   Ouroboros::ouro        the program
#   ouro_add_test(...)     below

cmake_minimum_required(VERSION 3.13)

get_filename_component(OUROBOROS_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(OUROBOROS_CORPUS "${OUROBOROS_PREFIX}/share/ouroboros/corpus")

if(NOT TARGET Ouroboros::ouroboros)
  add_library(Ouroboros::ouroboros INTERFACE IMPORTED)
  set_target_properties(Ouroboros::ouroboros PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${OUROBOROS_PREFIX}/include/ouroboros")
  add_executable(Ouroboros::ouro IMPORTED)
  set_target_properties(Ouroboros::ouro PROPERTIES
    IMPORTED_LOCATION "${OUROBOROS_PREFIX}/bin/ouro")
endif()

# ouro_add_test(NAME name LIBRARY target [CONTRACT contract] [CORPUS folder] [SECONDS seconds])
#
# Adds tests of the collector in the shared object that `target` builds (or in a file, by its path),
# all with the label `ouroboros`:
#   name.check-adapter   the conformance cases, and 2000 random programs
#   name.corpus          the programs of CORPUS, by default those that come with Ouroboros
#   name.campaign        a campaign of SECONDS, by default 10; 0: none
# The campaign begins anew each time. Its findings are in name.campaign/found, where CMake builds:
# keep them in a folder of yours, and name it as CORPUS of a further test.
function(ouro_add_test)
  cmake_parse_arguments(arg "" "NAME;LIBRARY;CONTRACT;CORPUS;SECONDS" "" ${ARGN})
  if(NOT arg_NAME OR NOT arg_LIBRARY OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ouro_add_test(NAME name LIBRARY target [CONTRACT contract] "
      "[CORPUS folder] [SECONDS seconds]), not: ${ARGN}")
  endif()
  if(NOT DEFINED arg_SECONDS)
    set(arg_SECONDS 10)
  endif()
  set(corpus "${OUROBOROS_CORPUS}")
  if(arg_CORPUS)
    get_filename_component(corpus "${arg_CORPUS}" ABSOLUTE)
  endif()
  if(TARGET "${arg_LIBRARY}")
    set(specimen "lib:$<TARGET_FILE:${arg_LIBRARY}>")
  else()
    get_filename_component(library "${arg_LIBRARY}" ABSOLUTE)
    set(specimen "lib:${library}")
  endif()
  set(contract "")
  if(arg_CONTRACT)
    set(contract --contract "${arg_CONTRACT}")
  endif()
  set(tests "${arg_NAME}.check-adapter" "${arg_NAME}.corpus")
  add_test(NAME "${arg_NAME}.check-adapter"
    COMMAND $<TARGET_FILE:Ouroboros::ouro> check-adapter ${contract} "${specimen}")
  add_test(NAME "${arg_NAME}.corpus"
    COMMAND $<TARGET_FILE:Ouroboros::ouro> run --specimen "${specimen}" ${contract} "${corpus}")
  if(arg_SECONDS GREATER 0)
    # What is left of the last one would be convicted again, even if it was mended since.
    set(out "${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}.campaign")
    add_test(NAME "${arg_NAME}.campaign"
      COMMAND sh -c "rm -rf \"$1\" && shift && exec \"$@\"" sh "${out}" $<TARGET_FILE:Ouroboros::ouro>
        campaign --specimen "${specimen}" ${contract} --seconds ${arg_SECONDS} --stop-on-first
        --out "${out}")
    list(APPEND tests "${arg_NAME}.campaign")
  endif()
  # Shrinking a finding takes up to a minute, and longer where it hangs.
  math(EXPR timeout "${arg_SECONDS} + 300")
  set_tests_properties(${tests} PROPERTIES LABELS ouroboros TIMEOUT ${timeout})
endfunction()
