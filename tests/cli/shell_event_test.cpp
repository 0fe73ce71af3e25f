// SPDX-License-Identifier: Apache-2.0
#include "cli/shell_event.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "cli/exit.hpp"

namespace carnet {
namespace {

struct Case {
  std::vector<std::string> words;
  const char* line;
};

TEST(ShellEvent, ReadsValuesByTheMembersType) {
  const std::vector<Case> cases{
      {{"vol.took_off", "numero=AF101"}, R"({"type":"vol.took_off","numero":"AF101"})"},
      {{"vol.took_off", "numero=007"}, R"({"type":"vol.took_off","numero":"007"})"},
      {{"avion.deleted", "avion_id=7"}, R"({"type":"avion.deleted","avion_id":7})"},
      {{"avion.deleted", "avion_id=-7"}, R"({"type":"avion.deleted","avion_id":-7})"},
      {{"avion.deleted", "avion_id=07"}, R"({"type":"avion.deleted","avion_id":"07"})"},
      {{"avion.deleted", "avion_id=7.0"}, R"({"type":"avion.deleted","avion_id":"7.0"})"},
      {{"avion.deleted", "avion_id=-"}, R"({"type":"avion.deleted","avion_id":"-"})"},
      {{"avion.registered", "modele=320", "vitesse_max=850"},
       R"({"type":"avion.registered","modele":"320","vitesse_max":850})"},
      {{"vol.delayed", "numero=A", "raison="}, R"({"type":"vol.delayed","numero":"A","raison":null})"},
      {{"vol.delayed", "numero=A", "raison=a=b"}, R"({"type":"vol.delayed","numero":"A","raison":"a=b"})"},
      {{"vol.delayed", "numero=A", "raison=\"\\\n"}, R"({"type":"vol.delayed","numero":"A","raison":"\"\\\n"})"},
      {{"vol.landed", "numero=A", "time=2026-11-22T10:00:00Z", "id=12", "expect=3"},
       R"({"type":"vol.landed","numero":"A","time":"2026-11-22T10:00:00Z","id":"12","expect":3})"},
      {{"vol.landed", "numero=A", "expect=exists"}, R"({"type":"vol.landed","numero":"A","expect":"exists"})"},
      {{"vol.created", "avion.modele=320", "numero=A", "pilote.nom=Jo", "avion.vitesse_max=850"},
       R"({"type":"vol.created","numero":"A","avion":{"modele":"320","vitesse_max":850},"pilote":{"nom":"Jo"}})"},
      {{"vol.exploded", "numero=7", "a.b=7"}, R"({"type":"vol.exploded","numero":"7","a":{"b":"7"}})"},
  };
  for (const Case& c : cases) EXPECT_EQ(event_line(c.words[0], std::span{c.words}.subspan(1)), c.line);
}

TEST(ShellEvent, TakesNothingButKeyAndValue) {
  for (const char* word : {"numero", "=AF101", ""}) {
    const std::vector<std::string> words{word};
    EXPECT_THROW(event_line("vol.landed", words), Usage) << word;
  }
}

}  // namespace
}  // namespace carnet
